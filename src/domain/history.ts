import type { Board } from "./board.js";
import type { UserId } from "./player.js";
import type { Revision, Score } from "./score.js";

/** An accepted change as the history keeps it. */
export interface ScoreEvent {
  readonly revision: Revision;
  readonly increment: Score;
  /** The player's total after the change. */
  readonly score: Score;
  readonly occurredAt: Date;
}

/**
 * The changes of players' scores. The history lags behind the standings until the worker has written the newest
 * changes. Its methods throw a StandingsError: `badInput` when the store calls an argument bad data, else
 * `storeFailed`.
 */
export interface History {
  /**
   * At most `count` of a player's events, newest first; with `before`, only those of lower revisions. O(log n + count).
   */
  readEvents(board: Board, userId: UserId, before: Revision | undefined, count: number): Promise<ScoreEvent[]>;
  /** A player's total at a time; undefined when it had none yet. O(log n), however many events came after that time. */
  readScoreAt(board: Board, userId: UserId, at: Date): Promise<Score | undefined>;
}

export interface HistoryPage {
  readonly events: readonly ScoreEvent[];
  /** Whether there are older events. */
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
