import { parsePosition, type Position } from "../domain/position.js";
import type { IdempotencyKey } from "../domain/change.js";
import type { UserId } from "../domain/player.js";
import type { Revision, Score } from "../domain/score.js";

/** An accepted change on its way to PostgreSQL. */
export interface OutboxEntry {
  readonly position: Position;
  readonly userId: UserId;
  readonly increment: Score;
  /** The player's total after the change. */
  readonly score: Score;
  readonly subject: string;
  readonly idempotencyKey: IdempotencyKey | undefined;
  /** Milliseconds since the Unix epoch, by Redis' clock. */
  readonly occurredAt: number;
  /** An entry that can't be read, as it is; it stands for all its changes, and PostgreSQL refuses its other values. */
  readonly unreadable?: readonly string[];
}

/**
 * As increment.lua writes a batch: user id, increment, total, subject (0: the user id, 1: that of the change before) and
 * key (0: none) of each change.
 */
type BatchValues = readonly (string | 0 | 1)[];
const valuesPerChange = 5;

/**
 * The changes of one entry of the outbox, in order. `v` names an entry's form: "2" is a batch; an entry without it is a
 * single change of the release before.
 *
 * @throws Error when a later release wrote the entry
 */
export function changesOf(id: string, fields: readonly string[]): OutboxEntry[] {
  const entry = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2) entry.set(fields[index] ?? "", fields[index + 1] ?? "");
  const form = entry.get("v");
  if (form !== undefined && form !== "2") {
    throw new Error(`the outbox entry ${id} has the form ${form}, which only a later release can read`);
  }
  if (form === undefined) return [singleChange(id, entry)];
  const values = parseBatch(entry);
  return values
    ? batchChanges(id, values, Number(entry.get("at")))
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

function batchChanges(id: string, values: BatchValues, occurredAt: number): OutboxEntry[] {
  const { epoch, revision: last } = parsePosition(id);
  const first = last - values.length / valuesPerChange + 1;
  const changes: OutboxEntry[] = [];
  let subject = "";
  for (let index = 0; index < values.length; index += valuesPerChange) {
    const [userId, named, key] = [values[index], values[index + 3], values[index + 4]];
    if (named !== 1) subject = (named === 0 ? userId : named) as string;
    changes.push({
      position: { epoch, revision: (first + changes.length) as Revision },
      userId: userId as UserId,
      increment: toScore(values[index + 1]),
      score: toScore(values[index + 2]),
      subject,
      idempotencyKey: key === 0 ? undefined : (key as IdempotencyKey),
      occurredAt,
    });
  }
  return changes;
}

function singleChange(id: string, entry: ReadonlyMap<string, string>): OutboxEntry {
  const key = entry.get("key") ?? "";
  return {
    position: parsePosition(id),
    userId: (entry.get("user") ?? "") as UserId,
    increment: toScore(entry.get("increment")),
    score: toScore(entry.get("score")),
    subject: entry.get("subject") ?? "",
    idempotencyKey: key === "" ? undefined : (key as IdempotencyKey),
    occurredAt: Number(entry.get("at")),
  };
}

/** Anything but text is not from increment.lua, and must not become a number that PostgreSQL would take. */
function toScore(value: unknown): Score {
  return (typeof value === "string" ? Number(value) : NaN) as Score;
}
