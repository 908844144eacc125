import type { BatchInput, ChangeInput } from "../../commands/change-input.js";
import { answerEach } from "../../commands/score-changes.js";
import { StandingsError } from "../../domain/errors.js";
import type { Accepted } from "../../standings/waiting-change.js";
import { commonFields, idempotencyKey, optionalWhole, userId, type BodyKind, type CommonFields } from "./body.js";

/** Changes of one board as REST callers send them. An optional field that is null counts as missing. */
export interface BatchBody extends CommonFields {
  changes: readonly ChangeInput[];
}

/**
 * A value of a wrong type is a mistake of the whole body, because the caller's program is wrong. A wrong value of the
 * right type is that change's own error.
 */
export const batchBody: BodyKind = {
  schema: {
    type: "object",
    required: ["changes"],
    properties: {
      changes: {
        type: "array",
        description: "1 to 100 changes. Each is judged by itself, in their order.",
        items: {
          type: "object",
          required: ["userId"],
          properties: {
            userId,
            increment: {
              ...optionalWhole,
              description: "On a board that adds: what to add, as `scoreIncrement`.",
              examples: [10],
            },
            score: { ...optionalWhole, description: "On a board that takes scores: the score." },
            idempotencyKey,
          },
        },
      },
      ...commonFields,
    },
  },
  limit: 64 * 1024,
  unread: "The body must be a JSON object with changes, and without __proto__.",
};

/** The answer to a batch that was applied, as JSON. */
export function writeApplied(batch: BatchInput, results: readonly (Accepted | StandingsError)[]): string {
  return write(batch, results, (userId, { entry: { score, rank }, revision }) => ({ userId, score, rank, revision }));
}

/** The answer to a batch that was enqueued, as JSON. */
export function writeEnqueued(batch: BatchInput, ids: readonly (string | StandingsError)[]): string {
  return write(batch, ids, (userId, id) => ({ userId, id }));
}

function write<Result>(
  batch: BatchInput,
  results: readonly (Result | StandingsError)[],
  toRow: (userId: string, result: Result) => object,
): string {
  const rows = answerEach(batch, results, (userId, result) => {
    if (!(result instanceof StandingsError)) return toRow(userId, result);
    const { code, message, retryAfter } = result;
    return { userId, code, message, retryAfter };
  });
  return JSON.stringify({ success: true, results: rows });
}
