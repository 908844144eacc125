import { badInput } from "../errors.js";

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** The id of a board that the configuration names. */
export type Board = Branded<string, "Board">;
/** 1 to 255 Unicode characters, none of them a control character or a lone surrogate. */
export type UserId = Branded<string, "UserId">;
/** A total or an increment: a whole number, exact, within ±(2^53 - 1). */
export type Score = Branded<number, "Score">;
/** 1-based; players with equal scores share it, and the next lower score skips as many (1, 2, 2, 4). */
export type Rank = Branded<number, "Rank">;
/** Counts a board's accepted changes. Never goes back, not even over a recovery, which may make it jump ahead. */
export type Revision = Branded<number, "Revision">;
/**
 * 1 to 255 printable ASCII characters, chosen by the caller, unique for its subject within 24 hours; or the id of the
 * message that brought a change, in a form that no caller can choose.
 */
export type IdempotencyKey = Branded<string, "IdempotencyKey">;

/** A member of the standings without its rank. */
export interface ScoreRow {
  readonly userId: UserId;
  readonly score: Score;
}

export interface ScoreEntry extends ScoreRow {
  readonly board: Board;
  readonly rank: Rank;
}

/** The best entries of a board as they stood at a revision. */
export interface Snapshot {
  readonly board: Board;
  readonly revision: Revision;
  readonly entries: readonly ScoreEntry[];
  /** Of one that was pushed: when the oldest change that waited for the push was made, in milliseconds since the epoch. */
  readonly changedAt?: number | undefined;
}

/** A player, and how many rows above and below its own are of interest. */
export interface Place {
  readonly userId: UserId;
  readonly radius: number;
}

/** The rows around a player as they stood at a revision; none when the player has no score. */
export interface Neighbourhood {
  readonly board: Board;
  readonly revision: Revision;
  readonly entries: readonly ScoreEntry[];
}

/** As many entries as anybody may ask for; what a snapshot holds. */
export const maxLimit = 100;
/** As many neighbours above and below as anybody may ask for. */
export const maxRadius = 50;

const maxNameLength = 255;
// Lone surrogates can't be written as UTF-8: two different ids would become one in Redis.
const forbiddenInName = /[\p{Cc}\p{Cs}]/u;
const printableAscii = /^[\x20-\x7e]{1,255}$/;

/** The boards that the configuration names; it has checked the ids. */
export function toBoards(ids: readonly string[]): readonly Board[] {
  return ids as readonly Board[];
}

/** Whether a text can name a user: in a score, and as the subject of a token. */
export function isUserId(text: string): text is UserId {
  // Code points are at most as many as code units, so the common short id needs no counting.
  if (text === "" || forbiddenInName.test(text)) return false;
  return text.length <= maxNameLength || (text.length <= 2 * maxNameLength && Array.from(text).length <= maxNameLength);
}

/** @throws StandingsError `badInput` */
export function parseUserId(text: string): UserId {
  if (isUserId(text)) return text;
  throw badInput("userId must be 1 to 255 characters without control characters or lone surrogates.");
}

/** @throws StandingsError `badInput` */
export function parseIdempotencyKey(text: string): IdempotencyKey {
  if (printableAscii.test(text)) return text as IdempotencyKey;
  throw badInput("idempotencyKey must be 1 to 255 printable ASCII characters.");
}

/** What no caller's key begins with, as those are ASCII. */
const messageKeyPrefix = "→";

/** The idempotency key of a message whose sender gave none. The message's id is unique, so it needs no claim. */
export function messageKey(messageId: string): IdempotencyKey {
  return `${messageKeyPrefix}${messageId}` as IdempotencyKey;
}

export function isMessageKey(key: IdempotencyKey): boolean {
  return key.startsWith(messageKeyPrefix);
}

/** @throws StandingsError `badInput` */
export function parseIncrement(value: number): Score {
  if (Number.isSafeInteger(value) && value !== 0) return value as Score;
  throw badInput("scoreIncrement must be a whole number other than zero, within ±(2^53 - 1).");
}

/** @throws StandingsError `badInput` */
export function parseLimit(value: number): number {
  return parseWithin("limit", value, 1, maxLimit);
}

/** @throws StandingsError `badInput` */
export function parseRadius(value: number): number {
  return parseWithin("radius", value, 0, maxRadius);
}

/** @throws StandingsError `badInput` naming the argument */
export function parseWithin(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw badInput(`${name} must be a whole number from ${min} to ${max}.`);
}

/** Whether two lists show the same rows: players, scores and ranks. */
export function sameEntries(a: readonly ScoreEntry[], b: readonly ScoreEntry[]): boolean {
  return (
    a.length === b.length &&
    a.every((entry, index) => {
      const other = b[index];
      return entry.userId === other?.userId && entry.score === other.score && entry.rank === other.rank;
    })
  );
}

/**
 * Gives rows their ranks. They come highest score first; equal scores stand in descending order of the user id's UTF-8
 * bytes, which is Redis' own order of a reversed sorted set and PostgreSQL's `COLLATE "C"` reversed.
 *
 * @param firstRank rank of the first row
 * @param firstPosition 1-based position of the first row in the whole board
 */
export function rankRows(board: Board, rows: readonly ScoreRow[], firstRank = 1, firstPosition = 1): ScoreEntry[] {
  let rank = firstRank;
  return rows.map((row, index) => {
    if (index > 0 && row.score !== rows[index - 1]?.score) rank = firstPosition + index;
    return { board, rank: rank as Rank, userId: row.userId, score: row.score };
  });
}
