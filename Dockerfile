# One image for every role: `node dist/main.js api`, `worker` or `all`, `npm run migrate`, `npm run token -- …`,
# `npm run check`. Configured by the environment alone (README.md); holds no secrets.

FROM node:24.21-slim AS base
WORKDIR /app


FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build


FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
# Without the optional packages, among which npm counts Prisma's command line and all that comes with it (260 MB). Of
# those that are left out only esbuild's program is needed: tsx compiles scripts/ with it.
RUN npm ci --omit=dev --omit=optional
COPY --from=build /app/node_modules/@esbuild node_modules/@esbuild


FROM base AS runtime
# As process 1 it passes signals on and reaps what others leave behind, which Node.js does not.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# No package-lock.json: the scripts would compare it with node_modules and install what was left out above.
COPY package.json schema.graphql ./
COPY prisma prisma
COPY scripts scripts
COPY src src
USER node
EXPOSE 4000 4001
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPS_PORT || 4001}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/main.js", "all"]
