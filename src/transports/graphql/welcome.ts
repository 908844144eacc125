import type { FastifyRequest, onRequestHookHandler } from "fastify";
import { messagePage, messagePageHeaders } from "../http/message-page.js";
import { prefersHtml } from "../http/refusals.js";

/** Sends people who open the GraphQL address in a browser to the playground, or shows them what the address is for. */
export function welcomePeople({ playground }: { playground: boolean }): onRequestHookHandler {
  return (request, reply, done) => {
    if (!isVisit(request)) return done();
    reply.header("cache-control", "no-store");
    if (playground) return void reply.redirect("/playground", 303);
    const text = "Programs send GraphQL operations here, by POST or over a WebSocket.";
    reply.headers(messagePageHeaders).send(messagePage("The scoreboard's GraphQL API", text));
  };
}

function isVisit({ method, query, raw }: FastifyRequest): boolean {
  if (method !== "GET" || !prefersHtml(raw)) return false;
  const { query: text, extensions } = query as Record<string, unknown>;
  return text === undefined && extensions === undefined;
}
