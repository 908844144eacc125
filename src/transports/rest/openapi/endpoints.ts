import { maxLimit, maxRadius } from "../../../domain/views.js";
import { batchBody } from "../batch-body.js";
import { defaultLimit, defaultRadius } from "../board-reads.js";
import type { BodyKind } from "../body.js";
import { incrementBody, scoreBody } from "../change-bodies.js";
import type { AnswerName } from "./answers.js";
import type { Schema } from "./schema.js";

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly schema: Schema;
  /** Absent for an optional parameter, which its default stands in for. */
  readonly example?: string;
}

/** What the document says of an address. */
export interface Endpoint {
  readonly id: string;
  readonly tag: "Changes" | "Reads" | "Description";
  readonly method: "get" | "post";
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly kind: BodyKind; readonly example: object };
  readonly success: { readonly status: number; readonly answer: AnswerName | undefined; readonly text: string };
  /** The statuses of refusals, with what each means here. */
  readonly refusals: Readonly<Record<number, string>>;
}

const increment = { userId: "user123", scoreIncrement: 10, idempotencyKey: "match-4711" };
const score = { board: "speedrun", userId: "user123", score: 71_500, idempotencyKey: "run-4711" };
const batch = {
  changes: [
    { userId: "user123", increment: 10, idempotencyKey: "match-4713" },
    { userId: "user456", increment: 0 },
  ],
};

const keyHeader: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same as `idempotencyKey` in the body.",
  schema: { type: "string" },
};

const badChange = {
  400: "A field is wrong; the message names it.",
  401: "No token, an invalid or expired token, or two different tokens.",
  403: "The token's role does not allow it.",
  415: "The body is not `application/json`.",
  429: "Too many changes.",
  500: "A store does not answer.",
  503: "The board is being recovered, or the server is overloaded or stops. Nothing was changed.",
};
const reusedKey = "The idempotency key was used with other arguments.";
const closed = "The board is archived, or the season that the change names does not run. Nothing was changed.";
const badSingle = { ...badChange, 409: closed, 422: reusedKey };
const badIncrement = { ...badSingle, 413: `The body is over ${incrementBody.limit / 1024} KB.` };
const badScore = { ...badSingle, 413: `The body is over ${scoreBody.limit / 1024} KB.` };
const badBatch = { ...badChange, 413: `The body is over ${batchBody.limit / 1024} KB.` };
const notQueued = "The board is archived, or the season that the change names does not run. Nothing was accepted.";
const noBroker = "As for `update`; also: the server has no message broker, or it does not answer.";

const badRead = {
  400: "A parameter is wrong; the message names it.",
  429: "Too many reads from this address.",
  500: "The store does not answer.",
  503: "The board is being recovered, or the server is overloaded or stops.",
};

const board: Parameter = {
  name: "board",
  in: "path",
  description: "The board's id.",
  schema: { type: "string" },
  example: "main",
};

/** All addresses of REST. */
export const endpoints: readonly Endpoint[] = [
  {
    id: "getTopScores",
    tag: "Reads",
    method: "get",
    path: "/api/v1/boards/{board}/top",
    summary: "The best players of a board",
    description: "Best first. Ask again with `If-None-Match`, and an answer that has not changed is a short 304.",
    parameters: [
      board,
      {
        name: "limit",
        in: "query",
        description: "How many rows.",
        schema: { type: "integer", minimum: 1, maximum: maxLimit, default: defaultLimit },
      },
    ],
    success: { status: 200, answer: "TopScores", text: "The rows, and the revision they belong to." },
    refusals: { ...badRead, 404: "There is no such board." },
  },
  {
    id: "getPlayer",
    tag: "Reads",
    method: "get",
    path: "/api/v1/boards/{board}/players/{userId}",
    summary: "A player's row and its neighbours",
    description: "The rows up to `radius` places above and below the player.",
    parameters: [
      board,
      {
        name: "userId",
        in: "path",
        description: "The player, percent-encoded.",
        schema: { type: "string" },
        example: "user123",
      },
      {
        name: "radius",
        in: "query",
        description: "How many neighbours above, and how many below.",
        schema: { type: "integer", minimum: 0, maximum: maxRadius, default: defaultRadius },
      },
    ],
    success: { status: 200, answer: "PlayerStanding", text: "The rows, and the revision they belong to." },
    refusals: { ...badRead, 404: "There is no such board, or the player has no score on it." },
  },
  {
    id: "updateScore",
    tag: "Changes",
    method: "post",
    path: "/api/v1/scores/update",
    summary: "Add to a player's score",
    description: "Answers when the change is as durable as the server promises, with the board's ten best.",
    parameters: [keyHeader],
    body: { kind: incrementBody, example: increment },
    success: { status: 200, answer: "Updated", text: "The change counts." },
    refusals: badIncrement,
  },
  {
    id: "submitScore",
    tag: "Changes",
    method: "post",
    path: "/api/v1/scores/submit",
    summary: "Send a player's score",
    description:
      "For boards that keep the best or the latest score. A score that is no better changes nothing, and is no refusal.",
    parameters: [keyHeader],
    body: { kind: scoreBody, example: score },
    success: { status: 200, answer: "Updated", text: "The score was judged." },
    refusals: badScore,
  },
  {
    id: "updateScores",
    tag: "Changes",
    method: "post",
    path: "/api/v1/scores/batch",
    summary: "Make up to 100 changes of one board",
    description: "Each change has a result of its own, in the order of the changes: its row, or why it was refused.",
    parameters: [],
    body: { kind: batchBody, example: batch },
    success: { status: 200, answer: "Applied", text: "Each change was judged; see its result." },
    refusals: badBatch,
  },
  {
    id: "enqueueScore",
    tag: "Changes",
    method: "post",
    path: "/api/v1/scores/enqueue",
    summary: "Add to a player's score soon",
    description: "Answers when the message broker has the change on disk. It is applied soon after, exactly once.",
    parameters: [keyHeader],
    body: { kind: incrementBody, example: increment },
    success: { status: 202, answer: "Enqueued", text: "The change will count." },
    refusals: { ...badChange, 409: notQueued, 413: badIncrement[413], 503: noBroker },
  },
  {
    id: "enqueueScores",
    tag: "Changes",
    method: "post",
    path: "/api/v1/scores/enqueue/batch",
    summary: "Make up to 100 changes of one board soon",
    description: "As `batch`, through the message broker. A result has the id of the change's message.",
    parameters: [],
    body: { kind: batchBody, example: batch },
    success: { status: 202, answer: "AllEnqueued", text: "Each change was judged; see its result." },
    refusals: { ...badBatch, 503: noBroker },
  },
  {
    id: "getDescription",
    tag: "Description",
    method: "get",
    path: "/api/openapi.json",
    summary: "This description",
    description: "OpenAPI 3.1. A page for people is at `/api`.",
    parameters: [],
    success: { status: 200, answer: undefined, text: "The document." },
    refusals: { 429: badRead[429], 503: "The server is overloaded or stops." },
  },
];
