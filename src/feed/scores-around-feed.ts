import type { Leaderboard } from "../standings/leaderboard.js";
import type { Board } from "../domain/board.js";
import type { Revision } from "../domain/score.js";
import type { Neighbourhood, Place } from "../domain/views.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import type { Topic } from "../fanout/topic.js";
import { WatchedPlaces } from "./watched-places.js";

export interface ScoresAroundFeedOptions {
  /** The watched places of a board are read at most once per this interval. */
  pushIntervalMs: number;
  /** How often a board with viewers is compared with Redis, because a channel may lose messages. */
  reconcileIntervalMs: number;
  logger: Logger;
}

/**
 * Players' own rows and neighbourhoods, for viewers to follow. Any change of a board may move any player's rank, so a
 * change costs one read for each distinct player and radius watched, in batches and at most once per interval. More
 * viewers of the same place, and more changes within an interval, cost no more reads.
 */
export class ScoresAroundFeed implements Service {
  readonly name = "scores-around-feed";
  readonly #leaderboard: Leaderboard;
  readonly #options: ScoresAroundFeedOptions;
  readonly #boards: ReadonlyMap<Board, WatchedPlaces>;
  #reconciler: NodeJS.Timeout | undefined;

  constructor(leaderboard: Leaderboard, options: ScoresAroundFeedOptions) {
    this.#leaderboard = leaderboard;
    this.#options = options;
    this.#boards = new Map(
      leaderboard.boards.map((board) => [board, new WatchedPlaces(board, leaderboard, options)] as const),
    );
  }

  /** How many distinct places viewers watch, on all boards. */
  get watchedPlaces(): number {
    let count = 0;
    for (const watched of this.#boards.values()) count += watched.size;
    return count;
  }

  start(): Promise<void> {
    this.#reconciler = setInterval(() => {
      for (const [board, watched] of this.#boards) if (watched.size > 0) void this.#reconcile(board, watched);
    }, this.#options.reconcileIntervalMs);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    clearInterval(this.#reconciler);
    for (const watched of this.#boards.values()) watched.stop();
    return Promise.resolve();
  }

  /** Says that some process changed a board, whose revision is now `revision`. */
  changed(board: Board, revision: Revision): void {
    this.#of(board).changed(revision);
  }

  topic(board: Board, place: Place): Topic<Neighbourhood> {
    return this.#of(board).topic(place);
  }

  async #reconcile(board: Board, watched: WatchedPlaces): Promise<void> {
    try {
      watched.changed(await this.#leaderboard.revision(board));
    } catch (error) {
      this.#options.logger.debug({ err: error, board }, "could not compare a board with Redis");
    }
  }

  #of(board: Board): WatchedPlaces {
    const watched = this.#boards.get(board);
    if (!watched) throw new Error(`no feed of board ${board}`);
    return watched;
  }
}
