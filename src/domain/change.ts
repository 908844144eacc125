import type { Branded } from "./branded.js";
import { badInput, type StandingsError } from "./errors.js";
import type { UserId } from "./player.js";
import type { RateLimits } from "./rate-limit.js";
import type { Score } from "./score.js";

/**
 * 1 to 255 printable ASCII characters that the caller chooses, unique for its subject within 24 hours. A change from a
 * message without a key has the message's id instead, in a form that no caller can choose.
 */
export type IdempotencyKey = Branded<string, "IdempotencyKey">;

/** An increment that was parsed and authorised. */
export interface Change {
  readonly userId: UserId;
  readonly increment: Score;
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

/** How long an idempotency key is remembered. */
export const idempotencyWindowSeconds = 24 * 60 * 60;

const printableAscii = /^[\x20-\x7e]{1,255}$/;
/** Not ASCII, so no caller's key begins with it. */
const messageKeyPrefix = "→";

/** @throws StandingsError `badInput` */
export function parseIncrement(value: number, field: IncrementField = "scoreIncrement"): Score {
  if (Number.isSafeInteger(value) && value !== 0) return value as Score;
  throw badInput(`${field} must be a whole number other than zero, within ±(2^53 - 1).`);
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
