import type { Board } from "./board.js";
import type { Branded } from "./branded.js";
import type { UserId } from "./player.js";

/** A total or an increment: a whole number, exact, within ±(2^53 - 1). */
export type Score = Branded<number, "Score">;
/** 1-based; players with equal scores share it, and the next lower score skips as many (1, 2, 2, 4). */
export type Rank = Branded<number, "Rank">;
/** Counts a board's accepted changes. Never goes back, not even over a recovery, which may make it jump ahead. */
export type Revision = Branded<number, "Revision">;

/** A member of the standings without its rank. */
export interface ScoreRow {
  readonly userId: UserId;
  readonly score: Score;
}

/** A member of the standings, and the revision at which its score was reached, where the board keeps that. */
export interface ReachedRow extends ScoreRow {
  readonly reachedAt: Revision | undefined;
}

export interface ScoreEntry extends ScoreRow {
  readonly board: Board;
  readonly rank: Rank;
}

/** A player's row after a change. */
export interface ChangedEntry extends ScoreRow {
  readonly board: Board;
  /** Undefined where it was not counted: the change's answer does not show it. */
  readonly rank: Rank | undefined;
}
