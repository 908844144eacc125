import type { Branded } from "./branded.js";
import { badInput } from "./errors.js";
import type { UserId } from "./player.js";
import type { RateLimits } from "./rate-limit.js";
import type { Score } from "./score.js";

/**
 * 1 to 255 printable ASCII characters, chosen by the caller, unique for its subject within 24 hours; or the id of the
 * message that brought a change, in a form that no caller can choose.
 */
export type IdempotencyKey = Branded<string, "IdempotencyKey">;

/** An increment that was parsed and authorised. */
export interface Change {
  readonly userId: UserId;
  readonly increment: Score;
  /** Who sends it: `sub` of the token. */
  readonly subject: string;
  /** Undefined: not limited, or limited before it came here. */
  readonly ratePolicy: keyof RateLimits | undefined;
  readonly idempotencyKey: IdempotencyKey | undefined;
}

/** How long a key is remembered. */
export const idempotencyWindowSeconds = 24 * 60 * 60;

const printableAscii = /^[\x20-\x7e]{1,255}$/;
/** What no caller's key begins with, as those are ASCII. */
const messageKeyPrefix = "→";

/** @throws StandingsError `badInput` */
export function parseIncrement(value: number): Score {
  if (Number.isSafeInteger(value) && value !== 0) return value as Score;
  throw badInput("scoreIncrement must be a whole number other than zero, within ±(2^53 - 1).");
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
