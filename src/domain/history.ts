import type { Board, BoardDefinition } from "./board.js";
import type { UserId } from "./player.js";
import type { Revision, Score } from "./score.js";
import type { SeasonNumber } from "./season.js";

/** An accepted change as the history keeps it. */
export interface ScoreEvent {
  readonly revision: Revision;
  /** What the change added to the total; within ±(2^53 - 1), also where the difference is larger. */
  readonly increment: Score;
  /** The player's total after the change. */
  readonly score: Score;
  readonly occurredAt: Date;
}

/** A change as the store has it. */
export interface KeptEvent extends Omit<ScoreEvent, "increment"> {
  readonly season: SeasonNumber;
  /** The increment, or the score that was sent to a board that takes scores. */
  readonly amount: Score;
}

/**
 * The changes of players' scores. The history lags behind the standings until the worker has written the newest
 * changes. Its methods throw a StandingsError: `badInput` when the store calls an argument bad data, else
 * `unanswered`.
 */
export interface History {
  /**
   * At most `count` of a player's events, newest first; with `before`, only those of lower revisions. O(log n + count).
   */
  readEvents(board: Board, userId: UserId, before: Revision | undefined, count: number): Promise<KeptEvent[]>;
  /** A player's total at a time; undefined when it had none yet. O(log n), however many events came after that time. */
  readScoreAt(board: Board, userId: UserId, at: Date): Promise<Score | undefined>;
}

export interface HistoryPage {
  readonly events: readonly ScoreEvent[];
  /** Whether there are older events. */
  readonly hasMore: boolean;
}

/**
 * One page: asks for one event more than it shows, which tells whether there is a next page, and what the last one that
 * is shown added.
 */
export async function readPage(
  history: History,
  { id: board, operator }: Pick<BoardDefinition, "id" | "operator">,
  userId: UserId,
  before: Revision | undefined,
  count: number,
): Promise<HistoryPage> {
  const events = await history.readEvents(board, userId, before, count + 1);
  const shown = events.slice(0, count).map(({ season, amount, ...event }, index) => {
    const increment = operator === "ADD" ? amount : added(event.score, season, events[index + 1]);
    return { ...event, increment };
  });
  return { events: shown, hasMore: events.length > count };
}

/** A season's first score is all new. */
function added(score: Score, season: SeasonNumber, before: KeptEvent | undefined): Score {
  const difference = before?.season === season ? score - before.score : score;
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(difference, Number.MAX_SAFE_INTEGER)) as Score;
}
