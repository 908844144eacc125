import type { FastifyReply } from "fastify";
import type { StandingsError } from "../../domain/errors.js";
import type { Executor } from "../../graphql/execution/executor.js";
import { nameAnswer } from "../http/answer-id.js";
import { json } from "./content-type.js";

/**
 * Refuses an operation before any work for it, with the error's status in every media type: proxies and simple clients
 * slow down for a 429 or a 503, and nothing of GraphQL has happened yet.
 */
export function refuseUnseen(
  executor: Executor,
  error: StandingsError,
  reply: FastifyReply,
  contentType = json,
): string {
  nameAnswer(reply.request, reply);
  reply.code(error.restStatus).header("cache-control", "no-store").header("content-type", contentType);
  return `${executor.refuseUnseen(error).body}\n`;
}
