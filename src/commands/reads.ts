import type { BoardDirectory } from "../boards/directory.js";
import type { BoardDefinition } from "../domain/board.js";
import { StandingsError } from "../domain/errors.js";
import type { BoardStatus } from "../domain/board-status.js";
import { parseUserId } from "../domain/player.js";
import type { ScoreEntry } from "../domain/score.js";
import { parseLimit, parseRadius, type Neighbourhood, type Place, type Snapshot } from "../domain/views.js";
import type { Topic } from "../fanout/topic.js";
import type { BoardStatusFeed } from "../feed/board-status-feed.js";
import { CurrentScores } from "../feed/current-scores.js";
import type { ScoresAroundFeed } from "../feed/scores-around-feed.js";
import type { TopScoresFeed } from "../feed/top-scores-feed.js";
import type { Leaderboard } from "../standings/leaderboard.js";

export interface ReadsOptions {
  boards: BoardDirectory;
  leaderboard: Leaderboard;
  feed: TopScoresFeed;
  around: ScoresAroundFeed;
  statuses: BoardStatusFeed;
}

/**
 * Reads of the live standings, which anybody may see: once (`topScores` …) or from now on (`watch…`). Input comes as a
 * transport received it: the types are right, the values are not checked.
 *
 * @throws StandingsError `badInput` from all methods; `unreadable` and `unanswered` from those that read once
 */
export class Reads {
  readonly #boards: BoardDirectory;
  readonly #leaderboard: Leaderboard;
  readonly #current: CurrentScores;
  readonly #feed: TopScoresFeed;
  readonly #around: ScoresAroundFeed;
  readonly #statuses: BoardStatusFeed;

  constructor({ boards, leaderboard, feed, around, statuses }: ReadsOptions) {
    this.#boards = boards;
    this.#leaderboard = leaderboard;
    this.#current = new CurrentScores(leaderboard);
    this.#feed = feed;
    this.#around = around;
    this.#statuses = statuses;
  }

  /** The best entries, highest score first. O(log n + limit). */
  async topScores(board: string, limit: number): Promise<readonly ScoreEntry[]> {
    const { id } = this.#boards.known(board) ?? (await this.#boards.parse(board));
    return this.#leaderboard.topScores(id, parseLimit(limit));
  }

  /** A player's row; null when the player has no score. O(log n). */
  async playerScore(board: string, userId: string): Promise<ScoreEntry | null> {
    const [entry] = await this.scoresAround(board, userId, 0);
    return entry ?? null;
  }

  /**
   * A player's row with up to `radius` neighbours on each side; empty when the player has no score. O(log n + radius).
   */
  async scoresAround(board: string, userId: string, radius: number): Promise<readonly ScoreEntry[]> {
    const { id } = this.#boards.known(board) ?? (await this.#boards.parse(board));
    return this.#leaderboard.scoresAround(id, parsePlace(userId, radius));
  }

  /**
   * A board's top scores as a resource with an address. Holds `maxLimit` entries, whatever the limit; while the board
   * has not changed, it is the same object.
   *
   * @throws StandingsError `notFound`
   */
  async standings(board: string): Promise<Snapshot> {
    const { id } = this.#boards.known(board) ?? (await this.#existing(board));
    return this.#current.top(id);
  }

  /**
   * A player on a board as a resource with an address.
   *
   * @throws StandingsError `notFound`, also when the player has no score
   */
  async standingOf(board: string, userId: string, radius: number): Promise<Neighbourhood> {
    const { id } = this.#boards.known(board) ?? (await this.#existing(board));
    const neighbourhood = await this.#current.around(id, parsePlace(userId, radius));
    if (neighbourhood.entries.length > 0) return neighbourhood;
    throw new StandingsError("notFound", { message: "This player has no score on this board." });
  }

  /** Snapshots hold `maxLimit` entries, whatever the limit, so that all viewers of a board follow the same topic. */
  async watchTopScores(board: string, limit: number): Promise<Topic<Snapshot>> {
    parseLimit(limit);
    const { id } = this.#boards.known(board) ?? (await this.#boards.parse(board));
    return this.#feed.topic(id);
  }

  async watchScoresAround(board: string, userId: string, radius: number): Promise<Topic<Neighbourhood>> {
    const { id } = this.#boards.known(board) ?? (await this.#boards.parse(board));
    return this.#around.topic(id, parsePlace(userId, radius));
  }

  async watchStatus(board: string): Promise<Topic<BoardStatus>> {
    const { id } = this.#boards.known(board) ?? (await this.#boards.parse(board));
    return this.#statuses.topic(id);
  }

  async #existing(id: string): Promise<BoardDefinition> {
    const board = await this.#boards.find(id);
    if (board === undefined) throw new StandingsError("notFound", { message: "This server has no such board." });
    return board;
  }
}

function parsePlace(userId: string, radius: number): Place {
  return { userId: parseUserId(userId), radius: parseRadius(radius) };
}
