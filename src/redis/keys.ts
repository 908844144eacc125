import type { Board } from "../domain/board.js";
import type { IdempotencyKey } from "../domain/change.js";

/**
 * The only file that spells Redis keys. The braces put all keys of a board on one slot of a Redis Cluster, so that one
 * script may touch them together. Subjects are escaped: `a:b` with key `c` is not `a` with key `b:c`.
 */
export const keys = {
  /** The id of the deployment whose standings these are, for the names of its channels. */
  deployment: "lb:deployment",
  scores: (board: Board) => `lb:{${board}}:scores`,
  outbox: (board: Board) => `lb:{${board}}:outbox`,
  meta: (board: Board) => `lb:{${board}}:meta`,
  idempotency: (board: Board, subject: string, key: IdempotencyKey) => `lb:{${board}}:idem:${escape(subject)}:${key}`,
  /** On which board a subject uses a key, as the records themselves lie on their board's slot. */
  claim: (subject: string, key: IdempotencyKey) => `lb:claim:${escape(subject)}:${key}`,
  /** Where standings are put together before they take the old ones' place. */
  rebuild: (board: Board, epoch: number) => `lb:{${board}}:rebuild:${epoch}`,
  /** The outbox of a state that is being abandoned, while its successor is built. */
  abandoned: (board: Board) => `lb:{${board}}:abandoned`,
  /** The outbox of an abandoned state, for a person to look at. */
  aside: (board: Board, position: string) => `lb:{${board}}:aside:${position}`,
  /** One limit for all boards; in a Redis Cluster one a board, as a script may only touch one slot. */
  rateLimit: (subject: string) => `lb:rate:${escape(subject)}`,
  boardRateLimit: (board: Board, subject: string) => `lb:{${board}}:rate:${escape(subject)}`,
} as const;

function escape(subject: string): string {
  return subject.replaceAll("%", "%25").replaceAll(":", "%3A");
}
