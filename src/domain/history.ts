import type { Board } from "./board.js";
import type { UserId } from "./player.js";
import type { Revision, Score } from "./score.js";

/** An accepted change as it is remembered. */
export interface ScoreEvent {
  readonly revision: Revision;
  readonly increment: Score;
  /** The player's total after it. */
  readonly score: Score;
  readonly occurredAt: Date;
}

/**
 * What happened to a player's score. It lags behind the standings by the time until the worker has written it. What is
 * thrown is a StandingsError: `badInput` when the store calls an argument bad data, else `storeFailed`.
 */
export interface History {
  /** A player's events, newest first, from below a revision on; at most `count`. O(log n + count). */
  readEvents(board: Board, userId: UserId, before: Revision | undefined, count: number): Promise<ScoreEvent[]>;
  /** A player's total at a time; undefined when it had none yet. O(log n), whatever came after that time. */
  readScoreAt(board: Board, userId: UserId, at: Date): Promise<Score | undefined>;
}

export interface HistoryPage {
  readonly events: readonly ScoreEvent[];
  /** Whether there are older ones. */
  readonly hasMore: boolean;
}

/** One page: asks for one event more than it shows, which tells whether there is a next page. */
export async function readPage(
  history: History,
  board: Board,
  userId: UserId,
  before: Revision | undefined,
  count: number,
): Promise<HistoryPage> {
  const events = await history.readEvents(board, userId, before, count + 1);
  return { events: events.slice(0, count), hasMore: events.length > count };
}
