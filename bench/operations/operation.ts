import type { ScoreBounds } from "../score-bounds.js";

/** One request on its way, and what its answer must be like. */
export interface PendingRequest {
  readonly body: string;
  /** @throws Error that says what is wrong with an answer of status 200, whose body was parsed as JSON */
  verify(answer: unknown): void;
}

/** Something that clients ask a server to do. A new one is a file beside this and a line in `index.ts`. */
export interface Operation {
  readonly id: string;
  /** The heading of its table. */
  readonly title: string;
  readonly path: string;
  headers(token: string): Readonly<Record<string, string>>;
  next(bounds: ScoreBounds, token: string): PendingRequest;
}

export interface Row {
  readonly userId: string;
  readonly score: number;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws Error when it is not a row with a whole score */
export function toRow(value: unknown): Row {
  if (isRecord(value) && typeof value.userId === "string" && Number.isSafeInteger(value.score)) {
    return { userId: value.userId, score: Number(value.score) };
  }
  throw new Error(`not a row: ${JSON.stringify(value)}`);
}

/** @throws Error when it is not a list of rows */
export function toRows(value: unknown): Row[] {
  if (!Array.isArray(value)) throw new Error(`not a list of rows: ${JSON.stringify(value)}`);
  return value.map(toRow);
}
