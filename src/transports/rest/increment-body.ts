import { optionalText, text, type BodyKind } from "./body.js";

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
      userId: text,
      scoreIncrement: { type: "integer" },
      authToken: optionalText,
      board: optionalText,
      idempotencyKey: optionalText,
    },
  },
  limit: 16 * 1024,
  unread: "The body must be a JSON object with userId and scoreIncrement, and without __proto__.",
};
