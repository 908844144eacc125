import type { BoardDirectory } from "../../boards/directory.js";
import type { Reads } from "../../commands/reads.js";
import { isBoardId, type BoardDefinition, type ScoreUnit } from "../../domain/board.js";
import { StandingsError } from "../../domain/errors.js";
import { isUserId } from "../../domain/player.js";
import type { ScoreEntry } from "../../domain/score.js";
import type { PlayerProfiles } from "../../feed/player-profiles.js";
import { within } from "../../timing/deadline.js";

/** A board as a page tells of it before its script runs. */
export interface BoardContent {
  readonly id: string;
  readonly title: string;
  readonly unit: ScoreUnit;
  /** Best first; undefined when the stores did not tell in time. */
  readonly rows: readonly ContentRow[] | undefined;
}

export interface ContentRow {
  readonly rank: number;
  readonly userId: string;
  readonly name: string;
  readonly score: number;
}

/** A player on a board. `board.rows` holds it between its neighbours, and is empty when it has no score. */
export interface PlayerContent {
  readonly board: BoardContent;
  readonly userId: string;
  readonly name: string;
}

export interface PageContentOptions {
  boards: Pick<BoardDirectory, "known" | "find">;
  reads: Pick<Reads, "standings" | "scoresAround">;
  profiles: Pick<PlayerProfiles, "of">;
}

/** A page is worth waiting for the stores no longer: its script brings the rows, and says why they are late. */
const waitMs = 300;
const shownRows = 10;
const neighbours = 4;

/**
 * Reads what the pages tell. A store that is away or slow delays a page by `waitMs` for each of two reads at most, and
 * the page then has no rows.
 */
export class PageContent {
  readonly #options: PageContentOptions;

  constructor(options: PageContentOptions) {
    this.#options = options;
  }

  /** @returns undefined when there is no such board */
  async board(id: string): Promise<BoardContent | undefined> {
    const board = await this.#definition(id);
    if (!board) return undefined;
    const rows = await inTime(async () => {
      const { entries } = await this.#options.reads.standings(id);
      return this.#named(entries.slice(0, shownRows));
    });
    return { ...board, rows };
  }

  /** @returns undefined when there is no such board, or the id can't be a player's */
  async player(boardId: string, userId: string): Promise<PlayerContent | undefined> {
    if (!isUserId(userId)) return undefined;
    const board = await this.#definition(boardId);
    if (!board) return undefined;
    const [rows, player] = await Promise.all([
      inTime(async () => this.#named(await this.#options.reads.scoresAround(boardId, userId, neighbours))),
      inTime(async () => this.#options.profiles.of(userId)),
    ]);
    return { board: { ...board, rows }, userId, name: player?.displayName ?? userId };
  }

  async #definition(id: string): Promise<Omit<BoardContent, "rows"> | undefined> {
    const { boards } = this.#options;
    if (!isBoardId(id)) return undefined;
    const known: BoardDefinition | undefined = boards.known(id);
    const told = known ? { board: known } : await inTime(async () => ({ board: await boards.find(id) }));
    // While nobody can tell whether there is such a board, its page says so by itself.
    if (!told) return { id, title: id, unit: "POINTS" };
    const { board } = told;
    return board && { id, title: board.title, unit: board.unit };
  }

  async #named(entries: readonly ScoreEntry[]): Promise<ContentRow[]> {
    const players = await Promise.all(entries.map(async ({ userId }) => this.#options.profiles.of(userId)));
    return entries.map(({ rank, userId, score }, place) => ({
      rank,
      userId,
      name: players[place]?.displayName ?? userId,
      score,
    }));
  }
}

/** @returns undefined when the stores refuse, or don't answer in time */
async function inTime<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await within(waitMs, read(), () => undefined);
  } catch (error) {
    if (error instanceof StandingsError) return undefined;
    throw error;
  }
}
