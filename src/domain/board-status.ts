import type { Board } from "./board.js";

/**
 * `LIVE`: the standings' store answers, and what was pushed is current. `STALE`: it does not answer. `RECOVERING`: it is
 * being compared or rebuilt.
 */
export type FeedState = "LIVE" | "STALE" | "RECOVERING";

/** What a viewer may know about how current a board's standings are. */
export interface BoardStatus {
  readonly board: Board;
  readonly state: FeedState;
  /** When this process last knew the newest standings, in milliseconds since the Unix epoch. */
  readonly asOf: number;
  readonly viewers: number;
  readonly changesPerSecond: number;
  /** Orders the statuses of this process. */
  readonly sequence: number;
}
