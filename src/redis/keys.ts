import type { Board } from "../domain/board.js";
import type { IdempotencyKey } from "../domain/change.js";
import type { SeasonNumber } from "../domain/season.js";

/**
 * The only file that spells Redis keys. The braces put all keys of a board on one slot of a Redis Cluster, so that one
 * script may use them together. Subjects are escaped, so that subject `a:b` with key `c` differs from subject `a` with
 * key `b:c`.
 */
export const keys = {
  /** The id of the deployment that owns these standings; part of its channels' names. */
  deployment: "lb:deployment",
  /** The newest `boards.version` of PostgreSQL that the leader has applied to Redis. */
  boardsVersion: "lb:boards:version",
  /** Sorted set of the boards with work for the leader: board -> when it was marked last (standings/work-set.ts). */
  work: "lb:work",
  scores: (board: Board) => `lb:{${board}}:scores`,
  /** Hash: user id -> stamp, where ties go to the first to reach a score (lua/include/board-rules.lua). */
  stamps: (board: Board) => `lb:{${board}}:stamps`,
  /** The scores and stamps of a season that ended, until PostgreSQL has its standings. */
  seasonScores: (board: Board, season: SeasonNumber) => `lb:{${board}}:season:${season}:scores`,
  seasonStamps: (board: Board, season: SeasonNumber) => `lb:{${board}}:season:${season}:stamps`,
  outbox: (board: Board) => `lb:{${board}}:outbox`,
  meta: (board: Board) => `lb:{${board}}:meta`,
  /** Prefix of the idempotency records: `:<day>` makes it a hash of a day's records (lua/include/day-hash.lua). */
  records: (board: Board) => `lb:{${board}}:idem`,
  /** Prefix of the claims, which tell on which board a subject used a key; used as `records` is. */
  claims: "lb:claim",
  /** A claim of its own. In a Redis Cluster claims lie on other slots than boards, so they are spread. */
  claim: (subject: string, key: IdempotencyKey) => `lb:claim:${recordField(subject, key)}`,
  /** Rebuilt standings, before they replace the old ones. */
  rebuild: (board: Board, epoch: number) => `lb:{${board}}:rebuild:${epoch}`,
  rebuildStamps: (board: Board, epoch: number) => `lb:{${board}}:rebuild:${epoch}:stamps`,
  /** The outbox of an abandoned state, while the board's successor is built. */
  abandoned: (board: Board) => `lb:{${board}}:abandoned`,
  /** The outbox of an abandoned state, kept for an operator to look at. */
  aside: (board: Board, position: string) => `lb:{${board}}:aside:${position}`,
  /**
   * A subject's rate limit for all boards. A Redis Cluster has one per board, because a script may use one slot only.
   */
  rateLimit: (subject: string) => `lb:rate:${escape(subject)}`,
  boardRateLimit: (board: Board, subject: string) => `lb:{${board}}:rate:${escape(subject)}`,
  /** Hash: user id -> profile (lua/keep-profiles.lua). Its other keys lie on its slot. */
  players: "lb:players",
  /** Stream of the players whose profiles changed last. */
  playerChanges: "lb:{lb:players}:changes",
} as const;

/** The field of an idempotency record, and of a claim, in their hashes. */
export function recordField(subject: string, key: IdempotencyKey): string {
  return `${escape(subject)}:${key}`;
}

function escape(subject: string): string {
  return subject.replaceAll("%", "%25").replaceAll(":", "%3A");
}
