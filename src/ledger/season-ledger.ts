import type { Board, BoardRules, SeasonSchedule } from "../domain/board.js";
import type { SeasonNumber } from "../domain/season.js";
import type { Database } from "./database.js";
import { statements, type DueSeasonRow } from "./statements.js";

/** A season that ended, and the rules by which its players are ordered. */
export interface EndedSeason extends Pick<BoardRules, "order" | "ties"> {
  readonly board: Board;
  readonly season: SeasonNumber;
}

/** What the leader has to look after: a season that ends, or one of which it is not known yet when it does. */
export interface DueSeason {
  readonly board: Board;
  /** The one that runs. */
  readonly season: SeasonNumber;
  /** Milliseconds since the Unix epoch, by Redis' clock. */
  readonly startedAt: number;
  /** The version of the board's definition. */
  readonly version: number;
  readonly schedule: SeasonSchedule | undefined;
  /** When the schedule ends the season; undefined: not computed yet. */
  readonly endsAt: number | undefined;
  /** The season that an admin ordered to end. */
  readonly orderedSeason: number | undefined;
}

const maxDue = 1_000;

/**
 * The seasons in PostgreSQL. Totals of an ended season never change, because every write of a total names the season at
 * the cursor; so freezing needs no fence, and may be done twice.
 */
export class SeasonLedger {
  readonly #database: Database;

  /** @param database where seasons are frozen, its statements may take minutes: a million players take some ten seconds */
  constructor(database: Database) {
    this.#database = database;
  }

  /** Costs what the boards that are due cost. @param now milliseconds since the Unix epoch */
  async readDue(now: number): Promise<DueSeason[]> {
    const rows = await this.#database.query(statements.readDueSeasons, { now, count: maxDue });
    return rows.map(toDueSeason);
  }

  /** Notes when a season ends. Writes nothing when the board or its season has changed meanwhile. */
  async setEnd({ board, version, season }: DueSeason, endsAt: number | undefined): Promise<void> {
    await this.#database.execute(statements.setSeasonEnd, { board, version, season, ends_at: endsAt ?? 0 });
  }

  /** At most `count` seasons that are still to be frozen or cleared. Reads no others. */
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

  /** Says that nothing is left to do for a season. */
  async cleared({ board, season }: EndedSeason): Promise<void> {
    await this.#database.execute(statements.clearSeason, { board, season });
  }
}

function toDueSeason(row: DueSeasonRow): DueSeason {
  const { cron, timezone, scheduled_since: since } = row;
  return {
    board: row.id as Board,
    season: row.season as SeasonNumber,
    startedAt: Number(row.started_at),
    version: Number(row.version),
    schedule: cron !== null && timezone !== null ? { cron, timezone, since: Number(since) } : undefined,
    endsAt: row.ends_at === null ? undefined : Number(row.ends_at),
    orderedSeason: row.ending_season ?? undefined,
  };
}
