import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { unnameAnswer } from "../http/answer-id.js";

/** Asset names are flat and plain, so a name that fits this pattern cannot leave the folder. */
const assetName = /^[\w-]+(\.[\w-]+)+$/;
/** Precompressed copies are sent only under the name of their original. */
const copyName = /\.(br|gz)$/;

/** The files beside the pages that have the same name in each build. */
const fixedFiles = [
  "manifest.webmanifest",
  "icon.svg",
  "icon-192.png",
  "icon-512.png",
  "icon-maskable-512.png",
  "apple-touch-icon.png",
  "robots.txt",
  "plain.css",
  "share.png",
];

/** Files are no documents: a policy for them means nothing. */
const plainFile = { helmet: { contentSecurityPolicy: false } } as const;

/** Serves the files that the pages load, and nothing else of the folder. Needs `@fastify/static` on the instance. */
export function registerFiles(app: FastifyInstance, root: string): void {
  app.get<{ Params: { "*": string } }>("/assets/*", plainFile, (request, reply) => {
    const name = request.params["*"];
    if (!assetName.test(name) || copyName.test(name)) return reply.callNotFound();
    // The name holds a hash of the content, so the content of a name never changes.
    return unnameAnswer(reply)
      .header("vary", "accept-encoding")
      .sendFile(name, join(root, "assets"), { immutable: true, maxAge: "1y" });
  });
  for (const name of fixedFiles)
    app.get(`/${name}`, plainFile, (_request, reply) =>
      unnameAnswer(reply).header("cache-control", "no-cache").sendFile(name, root, { cacheControl: false }),
    );
}
