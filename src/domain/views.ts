import type { Board } from "./board.js";
import { badInput } from "./errors.js";
import type { UserId } from "./player.js";
import type { Revision, ScoreEntry } from "./score.js";
import type { SeasonNumber } from "./season.js";

/** The best entries of a board as they stood at a revision. */
export interface Snapshot {
  readonly board: Board;
  readonly revision: Revision;
  readonly season: SeasonNumber;
  readonly entries: readonly ScoreEntry[];
  /**
   * Set in a pushed snapshot: when the oldest change that waited for the push was made, in milliseconds since the Unix
   * epoch.
   */
  readonly changedAt?: number | undefined;
  /** Set in a pushed snapshot whose change belongs to a trace, in W3C's form. */
  readonly traceparent?: string | undefined;
}

/** A snapshot with the epoch of its revision: the two together say whether another one shows anything else. */
export interface PlacedSnapshot {
  readonly epoch: number;
  readonly snapshot: Snapshot;
}

/** A player, and the number of rows to show above and below its own. */
export interface Place {
  readonly userId: UserId;
  readonly radius: number;
}

/** The rows around a player as they stood at a revision; none when the player has no score. */
export interface Neighbourhood {
  readonly board: Board;
  readonly revision: Revision;
  readonly season: SeasonNumber;
  readonly entries: readonly ScoreEntry[];
}

/** The most entries that a viewer may ask for. A snapshot holds as many. */
export const maxLimit = 100;
/** The most neighbours that a viewer may ask for, above and below each. */
export const maxRadius = 50;

/** @throws StandingsError `badInput` */
export function parseLimit(value: number): number {
  return parseWithin("limit", value, 1, maxLimit);
}

/** @throws StandingsError `badInput` */
export function parseRadius(value: number): number {
  return parseWithin("radius", value, 0, maxRadius);
}

/** @throws StandingsError `badInput` naming the argument */
export function parseWithin(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw badInput(`${name} must be a whole number from ${min} to ${max}.`);
}
