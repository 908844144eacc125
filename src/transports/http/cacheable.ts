import type { FastifyReply, FastifyRequest } from "fastify";
import { unnameAnswer } from "./answer-id.js";
import { entityTagOf, isNamed, type EntityTag } from "./entity-tag.js";

/** An answer that anybody may get and any cache may keep for a moment. */
export interface CacheableAnswer {
  readonly type: string;
  readonly body: string;
  readonly tag: EntityTag;
}

/** A cache may show an answer for a second, and for four more while it asks for the next. */
export const cacheControl = "public, max-age=1, stale-while-revalidate=4";

export function cacheableAnswer(type: string, body: string): CacheableAnswer {
  return { type, body, tag: entityTagOf(type, body) };
}

export interface CachingOptions {
  /** Names of the request's headers that the answer depends on, besides those that CORS adds. */
  vary?: readonly string[];
  control?: string;
}

/** Sends an answer, or 304 to a sender that has it. */
export function sendCacheable(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, body, tag }: CacheableAnswer,
  { vary = [], control = cacheControl }: CachingOptions = {},
): FastifyReply {
  unnameAnswer(reply).header("etag", tag).header("cache-control", control);
  if (vary.length > 0) reply.header("vary", [reply.getHeader("vary") ?? [], ...vary].flat().join(", "));
  if (isNamed(tag, request.headers["if-none-match"])) return reply.code(304).send();
  return reply.header("content-type", type).send(body);
}
