import type { Board, BoardDefinition } from "../domain/board.js";
import type { Revision } from "../domain/score.js";
import { nextEnd } from "../domain/season-schedule.js";
import type { EndedSeason, RunningSeason, SeasonNumber } from "../domain/season.js";

/** What the standings' store knows of a board, beside its rows. */
export interface BoardFacts {
  readonly revision: Revision;
  readonly season: RunningSeason;
  readonly playerCount: number;
}

/** A board as viewers see it. */
export interface ShownBoard extends BoardDefinition {
  /** Read when they are asked for first, and then the same for all fields. */
  facts(): Promise<BoardFacts>;
}

/** A season as viewers see it. Times are milliseconds since the Unix epoch. */
export interface ShownSeason {
  readonly board: Board;
  readonly number: SeasonNumber;
  readonly startedAt: number;
  /** When the schedule will end it. */
  readonly endsAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly playerCount: number | undefined;
}

/** @param read the facts of the board */
export function showBoard(definition: BoardDefinition, read: () => Promise<BoardFacts>): ShownBoard {
  let facts: Promise<BoardFacts> | undefined;
  return { ...definition, facts: () => (facts ??= read()) };
}

export async function showRunningSeason(board: ShownBoard): Promise<ShownSeason> {
  const { id, schedule, archived } = board;
  const { season, playerCount } = await board.facts();
  const endsAt = schedule && !archived ? nextEnd(schedule, season.startedAt) : undefined;
  return { board: id, ...season, endsAt, endedAt: undefined, playerCount };
}

export function showEndedSeason(board: Board, season: EndedSeason): ShownSeason {
  return { board, ...season, endsAt: undefined };
}
