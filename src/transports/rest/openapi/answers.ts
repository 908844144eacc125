import { list, object, reference, type Schema } from "./schema.js";

const success = { const: true, type: "boolean" };
const board = { type: "string", description: "The board's id." };
const userId = { type: "string" };
const score = { type: "integer", description: "Exact, within ±(2^53 - 1)." };
const rank = { type: "integer", minimum: 1, description: "Equal scores share a rank: 1, 2, 2, 4." };
const revision = {
  type: "integer",
  minimum: 0,
  description: "Counts the board's accepted changes; it never goes back, but may jump ahead.",
};
const season = { type: "integer", minimum: 1, description: "The season that runs." };
const id = { type: "string", description: "The id of the change's message." };

const profile = {
  displayName: { type: "string", description: "The player's name to show, if it has one." },
  avatarUrl: {
    type: "string",
    format: "uri",
    description: "The https address of the player's picture, if it has one.",
  },
  country: { type: "string", description: "An ISO 3166-1 alpha-2 code in capitals, if it is known." },
};

const refused = object(
  {
    userId,
    code: { type: "string", description: "As in GraphQL: `BAD_USER_INPUT`, `FORBIDDEN`, `RATE_LIMITED` …" },
    message: { type: "string" },
    retryAfter: { type: "integer", minimum: 1, description: "Seconds after which to send this change again." },
  },
  ["retryAfter"],
);

/** The forms of the answers, by the names that the document gives them. */
export const answerSchemas = {
  Refusal: object({
    success: { const: false, type: "boolean" },
    message: { type: "string", description: "A sentence for a person; it names the field that is wrong." },
  }),
  Row: object({ rank, userId, score, ...profile }, Object.keys(profile)),
  TopScores: object({ board, revision, season, topScores: list(reference("Row")) }),
  PlayerStanding: object({
    board,
    revision,
    season,
    entry: reference("Row"),
    around: { ...list(reference("Row")), description: "The player's row and its neighbours, best first." },
  }),
  Updated: object({
    success,
    message: { type: "string" },
    topScores: { ...list(object({ userId, score })), description: "The ten best." },
  }),
  Enqueued: object({ success, message: { type: "string" }, id }),
  RefusedChange: refused,
  Applied: object({
    success,
    results: list({ oneOf: [object({ userId, score, rank, revision }), reference("RefusedChange")] }),
  }),
  AllEnqueued: object({ success, results: list({ oneOf: [object({ userId, id }), reference("RefusedChange")] }) }),
} satisfies Record<string, Schema>;

export type AnswerName = keyof typeof answerSchemas;

const row = { rank: 1, userId: "user123", score: 20, displayName: "Ada 🚀", country: "GB" };
const refusedRow = {
  userId: "user456",
  code: "BAD_USER_INPUT",
  message: "increment must be a whole number other than zero, within ±(2^53 - 1).",
};
const messageId = "6f1c2f0e-0f5e-4b7e-9d5e-2a1f0c6b8d34";

export const answerExamples: Readonly<Partial<Record<AnswerName, object>>> = {
  TopScores: { board: "main", revision: 2, season: 1, topScores: [row] },
  PlayerStanding: { board: "main", revision: 2, season: 1, entry: row, around: [row] },
  Updated: {
    success: true,
    message: "Score updated successfully.",
    topScores: [{ userId: "user123", score: 10 }],
  },
  Enqueued: { success: true, message: "Score update accepted.", id: messageId },
  Applied: { success: true, results: [{ userId: "user123", score: 20, rank: 1, revision: 2 }, refusedRow] },
  AllEnqueued: { success: true, results: [{ userId: "user123", id: messageId }, refusedRow] },
};
