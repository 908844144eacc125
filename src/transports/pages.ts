import { access } from "node:fs/promises";
import { join } from "node:path";
import type { IncomingMessage } from "node:http";
import helmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";
import { unnameAnswer } from "./http/answer-id.js";
import type { TrustedProxies } from "./network/trusted-proxies.js";

export interface WebOptions {
  /** The folder that `vite build` wrote: the pages, and `assets/`. It may be missing; then the pages answer 503. */
  root: string;
  /** Whether `/playground` exists. */
  playground: boolean;
  proxies: TrustedProxies;
}

type Sockets = (request: IncomingMessage) => string;
type Directives = Record<string, Iterable<string | Sockets>>;

/** Asset names are flat and plain, so a name that fits this pattern cannot leave the folder. */
const assetName = /^[\w-]+(\.[\w-]+)+$/;
/** Precompressed copies are sent only under the name of their original. */
const copyName = /\.(br|gz)$/;

/**
 * Serves the built page at `/`, GraphiQL at `/playground` and their files below `/assets/`; nothing else of the folder.
 * Only these routes have the security headers: the API is not a document, and other origins may be allowed to use it.
 */
export function registerWeb(app: FastifyInstance, { root, playground, proxies }: WebOptions): void {
  const sockets = (request: IncomingMessage) => socketsOf(proxies.siteOf(request).host);
  app.register(async (web) => {
    await web.register(helmet, {
      global: false,
      // The proxy in front of this service handles TLS, and decides whether to enforce it.
      strictTransportSecurity: false,
      frameguard: { action: "deny" },
      // Browsers accept these two on trustworthy origins only, and warn about them on a plain http:// address.
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
    });
    await web.register(fastifyStatic, { root, serve: false, index: false, preCompressed: true });

    web.get("/", { helmet: policy(pagePolicy(sockets)) }, (_request, reply) => sendPage(reply, root, "index.html"));
    if (playground)
      web.get("/playground", { helmet: policy(playgroundPolicy(sockets)) }, (_request, reply) =>
        sendPage(reply, root, "playground.html"),
      );
    web.get<{ Params: { "*": string } }>(
      "/assets/*",
      { helmet: { contentSecurityPolicy: false } },
      (request, reply) => {
        const name = request.params["*"];
        if (!assetName.test(name) || copyName.test(name)) return reply.callNotFound();
        // The name holds a hash of the content, so the content of a name never changes.
        return unnameAnswer(reply)
          .header("vary", "accept-encoding")
          .sendFile(name, join(root, "assets"), { immutable: true, maxAge: "1y" });
      },
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

function policy(directives: Directives) {
  return { contentSecurityPolicy: { useDefaults: false, directives } };
}

/** Everything comes from this origin: no inline code or style, no framing, and no string becomes markup. */
const pagePolicy = (ownSockets: Sockets): Directives => ({
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  fontSrc: ["'self'"],
  connectSrc: ["'self'", ownSockets],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
  requireTrustedTypesFor: ["'script'"],
  trustedTypes: ["'none'"],
});

/**
 * GraphiQL's editor (Monaco) writes <style> elements, runs in workers, and has small images and a font as data: URLs.
 */
const playgroundPolicy = (ownSockets: Sockets): Directives => ({
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", "data:"],
  fontSrc: ["'self'", "data:"],
  workerSrc: ["'self'"],
  connectSrc: ["'self'", ownSockets],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
});

/**
 * The page's own WebSocket addresses: 'self' covers ws: and wss: only in recent browsers. A Host header that is not a
 * plain host and port adds nothing, because it could otherwise add a directive.
 */
function socketsOf(host = ""): string {
  return /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? `ws://${host} wss://${host}` : "'self'";
}
