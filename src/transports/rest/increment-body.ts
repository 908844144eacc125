import { commonFields, idempotencyKey, userId, type BodyKind } from "./body.js";

/** An increment as REST callers send it. An optional field that is null counts as missing. */
export interface IncrementBody {
  userId: string;
  scoreIncrement: number;
  authToken?: string | null;
  board?: string | null;
  idempotencyKey?: string | null;
}

export const incrementBody: BodyKind = {
  schema: {
    type: "object",
    required: ["userId", "scoreIncrement"],
    properties: {
      userId,
      scoreIncrement: {
        type: "integer",
        description:
          "What to add: any whole number but zero, within ±(2^53 - 1). A player may add 1 to the server's `MAX_INCREMENT`.",
        examples: [10],
      },
      ...commonFields,
      idempotencyKey,
    },
  },
  limit: 16 * 1024,
  unread: "The body must be a JSON object with userId and scoreIncrement, and without __proto__.",
};
