import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Span, Traces } from "../../observability/traces.js";

/** Shows each request as a server span on its caller's trace. Adds nothing when traces are off. */
export function traceRequests(app: FastifyInstance, traces: Traces): void {
  if (!traces.on) return;
  const spans = new WeakMap<IncomingMessage, Span>();
  app.addHook("onRequest", ({ raw, method, protocol, routeOptions }, { raw: response }, done) => {
    // Not the address itself, which may hold a user's id or a token.
    const { url: route } = routeOptions;
    const { traceparent } = raw.headers;
    const span = traces.begin(route === undefined ? method : `${method} ${route}`, {
      kind: "server",
      parent: typeof traceparent === "string" ? traceparent : undefined,
      attributes: {
        "http.request.method": method,
        ...(route !== undefined && { "http.route": route }),
        "url.scheme": protocol,
        "network.protocol.version": raw.httpVersion,
      },
    });
    if (span) {
      spans.set(raw, span);
      response.once("close", () => {
        const { statusCode } = response;
        span.set({ "http.response.status_code": statusCode });
        span.end(statusCode >= 500 ? new HttpFailure(statusCode) : undefined);
      });
    }
    done();
  });
  // A second hook, because the body is read in a context of its own.
  app.addHook("preHandler", ({ raw }, _reply, done) => traces.within(spans.get(raw), done));
}

/** Named by its status, as the semantic conventions want. */
class HttpFailure extends Error {
  readonly code: string;

  constructor(status: number) {
    super();
    this.code = String(status);
  }
}
