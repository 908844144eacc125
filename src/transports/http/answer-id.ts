import type { FastifyReply, FastifyRequest } from "fastify";
import { requestIdHeader, requestIdOf } from "../../observability/request-id.js";

/** Tells the sender under which id the log has its request, so that it can ask about an error. */
export function nameAnswer({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.header(requestIdHeader, requestIdOf(raw));
}

/** Takes the name from an answer that caches may give to other requests. */
export function unnameAnswer(reply: FastifyReply): FastifyReply {
  return reply.removeHeader(requestIdHeader);
}
