import { access } from "node:fs/promises";
import { join } from "node:path";
import type { IncomingMessage } from "node:http";
import helmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";
import { unnameAnswer } from "../http/answer-id.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import { registerFiles } from "./files.js";
import { playgroundPolicy, socketsOf, standingsPolicy, type PageOrigins } from "./policies.js";

export interface PagesOptions {
  /** The folder that `vite build` wrote: the pages, and `assets/`. It may be missing; then the pages answer 503. */
  root: string;
  /** Whether `/playground` exists. */
  playground: boolean;
  origins?: PageOrigins;
  proxies: TrustedProxies;
}

/**
 * Serves the built pages, GraphiQL at `/playground`, and the files that they load; nothing else of the folder. Only
 * these routes have the security headers: the API is not a document, and other origins may be allowed to use it.
 */
export function registerPages(app: FastifyInstance, options: PagesOptions): void {
  const { root, playground, origins = { embedders: [], avatars: [] }, proxies } = options;
  const sockets = (request: IncomingMessage) => socketsOf(proxies.siteOf(request).host);
  app.register(async (pages) => {
    await pages.register(helmet, {
      global: false,
      // The proxy in front of this service handles TLS, and decides whether to enforce it.
      strictTransportSecurity: false,
      frameguard: { action: "deny" },
      // Browsers accept these two on trustworthy origins only, and warn about them on a plain http:// address.
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
    });
    await pages.register(fastifyStatic, { root, serve: false, index: false, preCompressed: true });
    registerFiles(pages, root);

    const standings = { helmet: standingsPolicy(sockets, origins) };
    pages.get("/", standings, (_request, reply) => sendPage(reply, root, "index.html"));
    const named = [
      ["/b/:name", "index.html"],
      ["/p/:name", "player.html"],
      ["/overlay/:name", "overlay.html"],
    ] as const;
    for (const [path, file] of named)
      pages.get<{ Params: { name: string } }>(path, standings, ({ params }, reply) =>
        params.name === "" ? reply.callNotFound() : sendPage(reply, root, file),
      );
    if (playground)
      pages.get("/playground", { helmet: playgroundPolicy(sockets, origins) }, (_request, reply) =>
        sendPage(reply, root, "playground.html"),
      );
  });
}

/** The pages name the assets of their build, so a browser asks (by ETag) for the newest page each time. */
async function sendPage(reply: FastifyReply, root: string, name: string): Promise<FastifyReply> {
  const built = await access(join(root, name)).then(
    () => true,
    () => false,
  );
  if (!built)
    return reply
      .code(503)
      .header("cache-control", "no-store")
      .type("text/plain; charset=utf-8")
      .send("The page is not built: run npm run build.\n");
  return unnameAnswer(reply).header("cache-control", "no-cache").sendFile(name, root, { cacheControl: false });
}
