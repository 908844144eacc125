import { parsePosition, type Position } from "../domain/position.js";
import type { IdempotencyKey } from "../domain/change.js";
import type { UserId } from "../domain/player.js";
import type { Revision, Score } from "../domain/score.js";
import { firstSeason, type SeasonNumber } from "../domain/season.js";

/** What the outbox holds, in order. */
export type OutboxEntry = ChangeEntry | SeasonEnd;

/** The end of a season. Changes after it belong to the next one. */
export interface SeasonEnd {
  readonly position: Position;
  readonly endedSeason: SeasonNumber;
  /** Milliseconds since the Unix epoch, by Redis' clock. */
  readonly occurredAt: number;
}

/** An accepted change on its way to PostgreSQL. */
export interface ChangeEntry {
  readonly position: Position;
  readonly season: SeasonNumber;
  readonly userId: UserId;
  /** The increment, or on boards that take scores the score that was sent. */
  readonly amount: Score;
  /** The player's total after the change. */
  readonly score: Score;
  /** Whether the change left the total as it was: it is kept for its idempotency key alone. */
  readonly unchanged: boolean;
  readonly subject: string;
  readonly idempotencyKey: IdempotencyKey | undefined;
  /** Milliseconds since the Unix epoch, by Redis' clock. */
  readonly occurredAt: number;
  /** An entry that can't be read, as it is; it stands for all its changes, and PostgreSQL refuses its other values. */
  readonly unreadable?: readonly string[];
}

export function isSeasonEnd(entry: OutboxEntry): entry is SeasonEnd {
  return "endedSeason" in entry;
}

export function isChange(entry: OutboxEntry): entry is ChangeEntry {
  return !isSeasonEnd(entry);
}

/**
 * As increment.lua writes a batch: user id, amount, total, subject (0: the user id, 1: that of the change before) and
 * key (0: none) of each change.
 */
type BatchValues = readonly (string | 0 | 1)[];
const valuesPerChange = 5;

/**
 * What one entry of the outbox stream holds, in order. `v` names an entry's form: "2" is a batch, "3" a season's end; an
 * entry without it is a single change of the release before.
 *
 * @throws Error when a later release wrote the entry
 */
export function entriesOf(id: string, fields: readonly string[]): OutboxEntry[] {
  const entry = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2) entry.set(fields[index] ?? "", fields[index + 1] ?? "");
  const form = entry.get("v");
  if (form === "3") {
    const endedSeason = Number(entry.get("season")) as SeasonNumber;
    return [{ position: parsePosition(id), endedSeason, occurredAt: Number(entry.get("at")) }];
  }
  if (form !== undefined && form !== "2") {
    throw new Error(`the outbox entry ${id} has the form ${form}, which only a later release can read`);
  }
  if (form === undefined) return [singleChange(id, entry)];
  const values = parseBatch(entry);
  return values
    ? batchChanges(id, values, Number(entry.get("at")), Number(entry.get("s") ?? firstSeason) as SeasonNumber)
    : [{ ...singleChange(id, entry), unreadable: fields }];
}

function parseBatch(entry: ReadonlyMap<string, string>): BatchValues | undefined {
  try {
    const values: unknown = JSON.parse(entry.get("changes") ?? "");
    const isWhole = Array.isArray(values) && values.length === valuesPerChange * Number(entry.get("n"));
    return isWhole && values.length > 0 ? (values as BatchValues) : undefined;
  } catch {
    return undefined;
  }
}

function batchChanges(id: string, values: BatchValues, occurredAt: number, season: SeasonNumber): ChangeEntry[] {
  const { epoch, revision: last } = parsePosition(id);
  const first = last - values.length / valuesPerChange + 1;
  const changes: ChangeEntry[] = [];
  let subject = "";
  for (let index = 0; index < values.length; index += valuesPerChange) {
    const [userId, named, key] = [values[index], values[index + 3], values[index + 4]];
    if (named !== 1) subject = (named === 0 ? userId : named) as string;
    const amount = values[index + 1];
    const unchanged = typeof amount === "string" && amount.startsWith("=");
    changes.push({
      position: { epoch, revision: (first + changes.length) as Revision },
      season,
      userId: userId as UserId,
      amount: toScore(unchanged ? amount.slice(1) : amount),
      score: toScore(values[index + 2]),
      unchanged,
      subject,
      idempotencyKey: key === 0 ? undefined : (key as IdempotencyKey),
      occurredAt,
    });
  }
  return changes;
}

function singleChange(id: string, entry: ReadonlyMap<string, string>): ChangeEntry {
  const key = entry.get("key") ?? "";
  return {
    position: parsePosition(id),
    season: firstSeason,
    userId: (entry.get("user") ?? "") as UserId,
    amount: toScore(entry.get("increment")),
    score: toScore(entry.get("score")),
    unchanged: false,
    subject: entry.get("subject") ?? "",
    idempotencyKey: key === "" ? undefined : (key as IdempotencyKey),
    occurredAt: Number(entry.get("at")),
  };
}

/** Anything but text is not from increment.lua, and must not become a number that PostgreSQL would take. */
function toScore(value: unknown): Score {
  return (typeof value === "string" ? Number(value) : NaN) as Score;
}
