import type { FastifyReply, FastifyRequest } from "fastify";
import type { StreamDialect } from "../../fanout/viewer-stream.js";
import type { GraphQLContext } from "../../graphql/context.js";
import type { Executor } from "../../graphql/execution/executor.js";
import type { Operation } from "../../graphql/execution/operation.js";
import { follow, type OpenStreams } from "./open-streams.js";

/*
 * Apollo's multipart subscriptions, which Apollo Client's HttpLink asks for. A client reads a part when the boundary
 * after it has come, so each part is sent together with that boundary.
 */

const boundary = "\r\n--graphql";
const part = (json: string) => `\r\ncontent-type: application/json\r\n\r\n${json}${boundary}`;

const dialect: StreamDialect = {
  headers: {
    "content-type": 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
    "cache-control": "no-cache, no-transform",
    // Tells proxies not to buffer the parts; `no-transform` tells them not to compress.
    "x-accel-buffering": "no",
  },
  opening: boundary,
  encode: (message) => message.as("multipart", (payload) => part(`{"payload":${payload}}`)),
  keepAlive: part("{}"),
  keepAliveMs: 10_000,
  complete: "--\r\n",
};

/** Anchored: an unanchored search in a long header would take quadratic time. */
const subscriptionParts = /^\s*multipart\/mixed\s*;.*\bsubscriptionSpec="?1\.0"?/i;

/** Whether a request accepts a subscription's messages as parts of one answer. */
export function asksForMultipart(accept: string | undefined): boolean {
  return accept?.split(",").some((range) => subscriptionParts.test(range)) ?? false;
}

/** Subscriptions over `POST /graphql`, for clients that have nothing but HTTP. */
export class MultipartSubscriptions {
  readonly #executor: Executor;
  readonly #streams: OpenStreams;

  constructor(executor: Executor, streams: OpenStreams) {
    this.#executor = executor;
    this.#streams = streams;
  }

  /** @throws StandingsError `overloaded` or `shuttingDown` */
  serve(
    request: FastifyRequest,
    reply: FastifyReply,
    operation: Operation,
    context: GraphQLContext,
  ): Promise<FastifyReply> {
    return this.#streams.open(request, reply, context.viewer, dialect, async (connection, left) => {
      follow(await this.#executor.subscribe(operation, context, connection, ""), connection, left);
    });
  }
}
