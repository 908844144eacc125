# One image for every role (`node dist/main.js api`, `worker`, `ingest` or `all`) and for the operators' commands
# (`node dist/cli.js migrate`, `token` or `check`). It is configured only by the environment (README.md) and has no
# secrets, sources or compiler.

FROM node:24.21-slim AS base
WORKDIR /app


FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build


FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
# Leaves out optional packages. npm counts Prisma's command line and its dependencies (260 MB) among them.
RUN npm ci --omit=dev --omit=optional


FROM base AS runtime
# As process 1, tini passes on signals and reaps orphaned processes. Node.js does neither.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
# Most memory that a request allocates soon becomes garbage. A larger young generation is collected less often.
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=64
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json schema.graphql ./
COPY prisma/migrations prisma/migrations
USER node
EXPOSE 4000 4001
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPS_PORT || 4001}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/main.js", "all"]
