import type { Branded } from "./branded.js";

/** Numbers a board's seasons, from 1. */
export type SeasonNumber = Branded<number, "SeasonNumber">;

export const firstSeason = 1 as SeasonNumber;

export function nextSeason(season: SeasonNumber): SeasonNumber {
  return (season + 1) as SeasonNumber;
}

/** The season of a board that runs. */
export interface RunningSeason {
  readonly number: SeasonNumber;
  /** Milliseconds since the Unix epoch, by Redis' clock. */
  readonly startedAt: number;
}

/** A season that ended. */
export interface EndedSeason {
  readonly number: SeasonNumber;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Undefined until its standings are frozen, soon after its end. */
  readonly playerCount: number | undefined;
}
