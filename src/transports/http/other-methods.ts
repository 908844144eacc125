import { METHODS } from "node:http";
import type { FastifyInstance } from "fastify";
import { refuse } from "./refusals.js";

/** Asks for a tunnel, so it names no address of this server. */
const connect = "CONNECT";

/**
 * Makes every address that is registered from now on answer unsupported methods with 405, and OPTIONS with the list of
 * its methods.
 *
 * @returns a function that adds these answers; call it after all routes are registered
 */
export function answerOtherMethods(app: FastifyInstance): () => void {
  const methods = METHODS.filter((method) => method !== connect);
  for (const method of methods) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);

  const taken = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const known = taken.get(url) ?? new Set();
    for (const each of [method].flat()) known.add(each);
    taken.set(url, known);
  });
  return () => {
    for (const [url, known] of [...taken].filter(([path]) => path !== "*")) {
      const allow = [...known].sort().join(", ");
      app.route({
        method: methods.filter((method) => !known.has(method)),
        url,
        // Answer before the body is read, which does not matter here.
        onRequest: (request, reply) => {
          reply.header("allow", allow);
          if (request.method === "OPTIONS") reply.code(204).send();
          else refuse(request, reply, 405);
        },
        handler: () => undefined,
      });
    }
  };
}
