import type { FastifyReply, FastifyRequest } from "fastify";
import type { OperationMetrics } from "../../commands/metrics.js";
import { badInput, toStandingsError, type StandingsError } from "../../domain/errors.js";
import { nameAnswer } from "../http/answer-id.js";
import { announceQuota } from "../http/rate-limit-headers.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import type { BodyKind } from "./body.js";

export interface RestErrorOptions {
  metrics: Pick<OperationMetrics, "errors">;
  logger: RequestLog;
}

export const json = "application/json; charset=utf-8";

/**
 * Answers with the catalogue's error for anything that was thrown, logs faults, and counts.
 *
 * @param kind of the body that the address takes; undefined: none
 */
export function answerRestError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { metrics, logger }: RestErrorOptions,
  kind?: BodyKind,
): FastifyReply {
  const { error, status } = describe(thrown, kind);
  if (error.isUnloggedFault)
    logger.error(
      { err: error, operation: `REST ${request.routeOptions.url}`, request: request.raw },
      "a REST request failed",
    );
  metrics.errors.inc({ transport: "rest", code: error.code });
  nameAnswer(request, reply);
  if (error.quota) announceQuota(reply, "increments", error.quota);
  if (error.retryAfter !== undefined) reply.header("retry-after", error.retryAfter);
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .header("content-type", json)
    .send({ success: false, message: error.message });
}

function describe(thrown: unknown, kind: BodyKind | undefined): { error: StandingsError; status: number } {
  const status = thrown instanceof Error && "statusCode" in thrown ? Number(thrown.statusCode) : undefined;
  const refusal = status === undefined || kind === undefined ? undefined : refusalOf(status, kind);
  if (status !== undefined && refusal !== undefined) return { error: badInput(refusal), status };
  const error = toStandingsError(thrown);
  return { error, status: error.restStatus };
}

/** Fastify's refusals of a body, which keep their own status. */
function refusalOf(status: number, { limit, unread }: BodyKind): string | undefined {
  if (status === 400) return unread;
  if (status === 413) return `The body must be at most ${limit / 1024} KB.`;
  return status === 415 ? "The Content-Type must be application/json." : undefined;
}
