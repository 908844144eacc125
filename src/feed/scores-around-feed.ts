import type { Leaderboard } from "../standings/leaderboard.js";
import type { Board } from "../domain/board.js";
import type { Neighbourhood, Place } from "../domain/views.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import { LatestIterator } from "../fanout/latest-iterator.js";
import type { Topic } from "../fanout/topic.js";
import { OnDemand } from "../timing/on-demand.js";
import type { TopScoresFeed } from "./top-scores-feed.js";
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
  readonly #boards: OnDemand<Board, WatchedPlaces>;
  #reconciler: NodeJS.Timeout | undefined;

  /** @param top tells which boards have changed */
  constructor(leaderboard: Leaderboard, top: TopScoresFeed, options: ScoresAroundFeedOptions) {
    this.#leaderboard = leaderboard;
    this.#options = options;
    this.#boards = new OnDemand({
      make: (board) => new WatchedPlaces(board, leaderboard, top, options),
      isBusy: (watched) => watched.isBusy,
      onDropped: (watched) => watched.stop(),
    });
  }

  /** How many distinct places viewers watch, on all boards. */
  get watchedPlaces(): number {
    let count = 0;
    for (const watched of this.#boards.values()) count += watched.size;
    return count;
  }

  start(): Promise<void> {
    this.#reconciler = setInterval(() => {
      for (const watched of this.#boards.values()) if (watched.size > 0) void this.#reconcile(watched);
    }, this.#options.reconcileIntervalMs);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    clearInterval(this.#reconciler);
    this.#boards.clear();
    return Promise.resolve();
  }

  topic(board: Board, place: Place): Topic<Neighbourhood> {
    const topic: Topic<Neighbourhood> = {
      about: board,
      // The board's object may be dropped and made again while a topic is kept.
      current: () => this.#boards.get(board).current(place),
      subscribe: (listener) => this.#boards.get(board).subscribe(place, listener),
      isNewer: (value, than) => value.revision > than.revision,
      changedAt: () => undefined,
      [Symbol.asyncIterator]: () => new LatestIterator(topic),
    };
    return topic;
  }

  /** Forgets boards that nobody has watched for a while. Called once a minute. */
  dropIdle(): void {
    this.#boards.dropIdle();
  }

  async #reconcile(watched: WatchedPlaces): Promise<void> {
    const { board } = watched;
    try {
      watched.changed(await this.#leaderboard.revision(board));
    } catch (error) {
      this.#options.logger.debug({ err: error, board }, "could not compare a board with Redis");
    }
  }
}
