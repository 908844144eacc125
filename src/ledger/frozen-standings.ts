import type { Board } from "../domain/board.js";
import { StandingsError } from "../domain/errors.js";
import type { UserId } from "../domain/player.js";
import type { Rank, Score, ScoreEntry } from "../domain/score.js";
import type { SeasonNumber } from "../domain/season.js";
import type { PageStart, StandingsPage } from "../domain/standings-page.js";
import type { Database } from "./database.js";
import { refusalOf } from "./postgres-errors.js";
import { statements } from "./statements.js";

/** A row's place in a season that ended: its position, from 1. */
export type ArchivePosition = number;

/**
 * The frozen standings of seasons that ended.
 *
 * @throws StandingsError from all methods: `standingsUnwritten` until the season is frozen, `unanswered`
 */
export class FrozenStandings {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** One page. O(log n + count), two or three round trips. */
  async page(
    board: Board,
    season: SeasonNumber,
    start: PageStart<ArchivePosition>,
    count: number,
  ): Promise<StandingsPage<ArchivePosition>> {
    return answering(async () => {
      const total = await this.#countFrozen(board, season);
      const above = Math.min(total, await this.#above(board, season, start, total));
      const found = await this.#database.query(statements.readSeasonPage, { board, season, after: above, count });
      const rows = found.map(({ position, rank, user_id, score }) => ({
        place: Number(position),
        entry: toEntry(board, user_id as UserId, rank, score),
      }));
      return { total, above, rows };
    });
  }

  /** A player's row; undefined when the player had no score in the season. O(log n), two round trips. */
  async entry(board: Board, season: SeasonNumber, userId: UserId): Promise<ScoreEntry | undefined> {
    return answering(async () => {
      await this.#countFrozen(board, season);
      const about = { board, season, user_id: userId };
      const [row] = await this.#database.query(statements.readSeasonEntry, about);
      return row && toEntry(board, userId, row.rank, row.score);
    });
  }

  async #countFrozen(board: Board, season: SeasonNumber): Promise<number> {
    const [row] = await this.#database.query(statements.readSeason, { board, season });
    if (!row?.is_frozen) throw new StandingsError("standingsUnwritten");
    return Number(row.player_count ?? 0);
  }

  /** How many rows stand above the page. */
  async #above(board: Board, season: SeasonNumber, start: PageStart<ArchivePosition>, total: number): Promise<number> {
    if (start.kind === "top") return 0;
    if (start.kind === "after") return start.place;
    const [row] = await this.#database.query(statements.readSeasonRank, { board, season, rank: start.rank });
    // A rank counts the rows above the first one that has it.
    return row?.rank == null ? total : Number(row.rank) - 1;
  }
}

function toEntry(board: Board, userId: UserId, rank: string, score: string): ScoreEntry {
  return { board, rank: Number(rank) as Rank, userId, score: Number(score) as Score };
}

async function answering<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StandingsError) throw error;
    throw new StandingsError(refusalOf(error) ? "badInput" : "unanswered", { cause: error });
  }
}
