import type { Board, BoardRules } from "../domain/board.js";
import type { SeasonNumber } from "../domain/season.js";
import type { Database } from "./database.js";
import { statements } from "./statements.js";

/** A season that ended, and the rules by which its players are ordered. */
export interface EndedSeason extends Pick<BoardRules, "order" | "ties"> {
  readonly board: Board;
  readonly season: SeasonNumber;
}

/**
 * Writes the standings of ended seasons. Totals of an ended season never change, because every write of a total names
 * the season at the cursor; so this needs no fence, and may be done twice.
 */
export class SeasonFreezer {
  readonly #database: Database;

  /** @param database its statements may take minutes: a million players take some ten seconds */
  constructor(database: Database) {
    this.#database = database;
  }

  /** At most `count` seasons whose standings are still to be written. Reads no others. */
  async toFreeze(count: number): Promise<EndedSeason[]> {
    const rows = await this.#database.query(statements.readSeasonsToFreeze, { count });
    return rows.map(({ board, number, sort_order: order, ties }) => ({
      board: board as Board,
      season: number as SeasonNumber,
      order: order === "LOWEST_FIRST" ? order : "HIGHEST_FIRST",
      ties: ties === "FIRST_TO_REACH" ? ties : "SHARED",
    }));
  }

  /** Writes a season's standings, for good, in one statement. @returns how many players; undefined when they were there */
  async freeze({ board, season, order, ties }: EndedSeason): Promise<number | undefined> {
    const [row] = await this.#database.query(statements.freezeSeason, {
      ...{ board, season },
      lowest_first: order === "LOWEST_FIRST" ? 1 : 0,
      first_to_reach: ties === "FIRST_TO_REACH" ? 1 : 0,
    });
    return row && Number(row.player_count);
  }

  /** Removes up to `count` totals of a season whose standings are written. @returns how many were there */
  async dropTotals({ board, season }: EndedSeason, count: number): Promise<number> {
    return this.#database.execute(statements.dropFrozenScores, { board, season, count });
  }
}
