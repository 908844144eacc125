import { badInput } from "../domain/errors.js";
import { parseUserId } from "../domain/player.js";
import { parseLimit } from "../domain/views.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import type { ScoreEntry } from "../domain/score.js";
import type { SeasonNumber } from "../domain/season.js";
import type { BoardRegister } from "../ledger/board-register.js";
import type { Leaderboard } from "../standings/leaderboard.js";
import { parseKnownId } from "./board-input.js";
import type { BoardList } from "./board-list.js";
import type { FairQueue } from "./fair-queue.js";
import { PagedList, type Page } from "./page.js";
import { answerFromRegister } from "./register-answer.js";
import { showBoard, showEndedSeason, type ShownBoard, type ShownSeason } from "./shown-board.js";

/** A page as a client asks for it: the types are right, the values are not checked. */
export interface PageInput {
  readonly first: number;
  readonly after?: string | null | undefined;
}

export type BoardPage = Page<ShownBoard>;
export type SeasonPage = Page<ShownSeason>;

export interface BoardReadsOptions {
  directory: { find(id: string): Promise<BoardDefinition | undefined> };
  list: BoardList;
  register: Pick<BoardRegister, "seasons" | "endedSeasonCount">;
  leaderboard: Pick<Leaderboard, "topScores" | "scoresAround" | "facts">;
  /** The turns of callers at PostgreSQL. */
  turns: FairQueue;
}

const boardIds = new PagedList("board", /^[A-Za-z0-9_-]{1,64}$/);
const seasonsOf = (board: Board) => new PagedList(`season:${board}`, /^[1-9]\d{0,9}$/);

/**
 * Boards and their seasons, which anybody may see.
 *
 * @throws StandingsError `badInput`, `unreadable`, `unanswered`, `storeFailed` and `overloaded` from all methods
 */
export class BoardReads {
  readonly #options: BoardReadsOptions;

  constructor(options: BoardReadsOptions) {
    this.#options = options;
  }

  async board(id: string): Promise<ShownBoard> {
    const definition = await this.#options.directory.find(parseKnownId("id", id));
    if (!definition) throw badInput("id must be one of this server's boards.");
    return this.show(definition);
  }

  /** Boards by id. */
  page(input: PageInput): Promise<BoardPage> {
    return boardIds.page(input, {
      read: async (after, count) => {
        const all = await this.#options.list.all();
        const next = after === undefined ? 0 : all.findIndex(({ id }) => id > after);
        return next < 0 ? [] : all.slice(next, next + count).map((definition) => this.show(definition));
      },
      keyOf: ({ id }) => id,
      total: async () => (await this.#options.list.all()).length,
    });
  }

  show(definition: BoardDefinition): ShownBoard {
    return showBoard(definition, () => this.#options.leaderboard.facts(definition.id));
  }

  /** The best entries of a board. O(log n + limit). */
  async topScores({ id }: ShownBoard, limit: number): Promise<readonly ScoreEntry[]> {
    return this.#options.leaderboard.topScores(id, parseLimit(limit));
  }

  /** A player's row; undefined when the player has no score. O(log n). */
  async entry({ id }: ShownBoard, userId: string): Promise<ScoreEntry | undefined> {
    const place = { userId: parseUserId(userId), radius: 0 };
    const [entry] = await this.#options.leaderboard.scoresAround(id, place);
    return entry;
  }

  /**
   * The seasons of a board that ended, newest first.
   *
   * @param caller the sender's address; its turn is used
   */
  seasons(caller: string, { id }: ShownBoard, input: PageInput): Promise<SeasonPage> {
    const { register } = this.#options;
    return seasonsOf(id).page(input, {
      read: async (after, count) => {
        const before = after === undefined ? undefined : (Number(after) as SeasonNumber);
        const ended = await this.#answer(caller, () => register.seasons(id, before, count));
        return ended.map((season) => showEndedSeason(id, season));
      },
      keyOf: ({ number }) => String(number),
      total: () => this.#answer(caller, () => register.endedSeasonCount(id)),
    });
  }

  #answer<T>(caller: string, read: () => Promise<T>): Promise<T> {
    return this.#options.turns.run(caller, () => answerFromRegister(read));
  }
}
