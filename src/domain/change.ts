import type { Branded } from "./branded.js";
import { badInput, type StandingsError } from "./errors.js";
import type { UserId } from "./player.js";
import type { RateLimits } from "./rate-limit.js";
import type { Score } from "./score.js";
import type { SeasonNumber } from "./season.js";

/**
 * 1 to 255 printable ASCII characters that the caller chooses, unique for its subject within 24 hours. A change from a
 * message without a key has the message's id instead, in a form that no caller can choose.
 */
export type IdempotencyKey = Branded<string, "IdempotencyKey">;

/** A change of a score that was parsed and authorised. */
export interface Change {
  readonly userId: UserId;
  /** What the board's operator takes: the increment of a board that adds, the score on every other board. */
  readonly amount: Score;
  /** The season that the change is for. Undefined: whichever runs. */
  readonly season: SeasonNumber | undefined;
  /** The sender: `sub` of its token. */
  readonly subject: string;
  /** The rate limit to charge. Undefined: there is none, or it was charged earlier. */
  readonly ratePolicy: keyof RateLimits | undefined;
  readonly idempotencyKey: IdempotencyKey | undefined;
  /** Whether the answer shows the rank; counting one costs the store a microsecond or two. */
  readonly ranked: boolean;
}

/** The name of the amount in a request: alone, and in a batch. Errors name it. */
export type IncrementField = "scoreIncrement" | "increment";
export type AmountField = IncrementField | "score";

/** How long an idempotency key is remembered. */
export const idempotencyWindowSeconds = 24 * 60 * 60;

/** The largest INTEGER of PostgreSQL, and the largest Int of GraphQL. */
const maxSeason = 2 ** 31 - 1;

const printableAscii = /^[\x20-\x7e]{1,255}$/;
/** Not ASCII, so no caller's key begins with it. */
const messageKeyPrefix = "→";

/** @throws StandingsError `badInput` */
export function parseIncrement(value: number, field: IncrementField = "scoreIncrement"): Score {
  if (Number.isSafeInteger(value) && value !== 0) return value as Score;
  throw badInput(`${field} must be a whole number other than zero, within ±(2^53 - 1).`);
}

/** @throws StandingsError `badInput` */
export function parseScore(value: number): Score {
  if (Number.isSafeInteger(value)) return (value === 0 ? 0 : value) as Score;
  throw badInput("score must be a whole number within ±(2^53 - 1).");
}

/** @throws StandingsError `badInput` for a number that no season can have */
export function parseSeason(value: number | null | undefined): SeasonNumber | undefined {
  if (value == null) return undefined;
  if (Number.isInteger(value) && value >= 1 && value <= maxSeason) return value as SeasonNumber;
  throw badInput(`season must be a whole number from 1 to ${maxSeason}.`);
}

export function outOfRange(field: IncrementField): StandingsError {
  return badInput(`${field} would take the total beyond ±(2^53 - 1).`);
}

/** @throws StandingsError `badInput` */
export function parseIdempotencyKey(text: string): IdempotencyKey {
  if (printableAscii.test(text)) return text as IdempotencyKey;
  throw badInput("idempotencyKey must be 1 to 255 printable ASCII characters.");
}

/** The idempotency key of a message whose sender gave none. The message's id is unique, so it needs no claim. */
export function messageKey(messageId: string): IdempotencyKey {
  return `${messageKeyPrefix}${messageId}` as IdempotencyKey;
}

export function isMessageKey(key: IdempotencyKey): boolean {
  return key.startsWith(messageKeyPrefix);
}
