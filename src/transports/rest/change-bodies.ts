import { commonFields, idempotencyKey, userId, type BodyKind, type CommonFields } from "./body.js";

interface ChangeBody extends CommonFields {
  userId: string;
  idempotencyKey?: string | null;
}

/** An increment as REST callers send it. An optional field that is null counts as missing. */
export interface IncrementBody extends ChangeBody {
  scoreIncrement: number;
}

/** A score as REST callers send it. An optional field that is null counts as missing. */
export interface ScoreBody extends ChangeBody {
  score: number;
}

export const incrementBody = changeBody("scoreIncrement", {
  description:
    "What to add: any whole number but zero, within ±(2^53 - 1). A player may add 1 to the server's `MAX_INCREMENT`.",
  examples: [10],
});

export const scoreBody = changeBody("score", {
  description: "The score: any whole number within ±(2^53 - 1).",
  examples: [71500],
});

function changeBody(amount: string, described: object): BodyKind {
  return {
    schema: {
      type: "object",
      required: ["userId", amount],
      properties: { userId, [amount]: { type: "integer", ...described }, ...commonFields, idempotencyKey },
    },
    limit: 16 * 1024,
    unread: `The body must be a JSON object with userId and ${amount}, and without __proto__.`,
  };
}
