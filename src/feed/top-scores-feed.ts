import type { Leaderboard } from "../standings/leaderboard.js";
import type { Board } from "../domain/board.js";
import type { Revision } from "../domain/score.js";
import type { Snapshot } from "../domain/views.js";
import type { Service } from "../lifecycle.js";
import { BoardFeed, type BoardFeedOptions } from "./board-feed.js";
import type { Channels } from "../channels/channels.js";
import type { Topic } from "../fanout/topic.js";

export interface TopScoresFeedOptions extends BoardFeedOptions {
  /** How often a board with viewers is compared with Redis, because a channel may lose messages. */
  reconcileIntervalMs: number;
}

/**
 * Brings each board's top scores to every viewer of this process. It listens to each board's channels and passes the
 * snapshots on to all viewers. It publishes the changes that this process made: at once when the board was quiet, else
 * once per interval, always ending with the newest.
 */
export class TopScoresFeed implements Service {
  readonly name = "top-scores-feed";
  readonly #boards: ReadonlyMap<Board, BoardFeed>;
  readonly #reconcileIntervalMs: number;
  #reconciler: NodeJS.Timeout | undefined;

  constructor(leaderboard: Leaderboard, channels: Channels, options: TopScoresFeedOptions) {
    this.#reconcileIntervalMs = options.reconcileIntervalMs;
    this.#boards = new Map(
      leaderboard.boards.map((board) => [board, new BoardFeed(board, leaderboard, channels, options)]),
    );
  }

  async start(): Promise<void> {
    for (const feed of this.#boards.values()) await feed.start();
    this.#reconciler = setInterval(() => {
      for (const feed of this.#boards.values()) void feed.reconcile();
    }, this.#reconcileIntervalMs);
  }

  stop(): Promise<void> {
    clearInterval(this.#reconciler);
    for (const feed of this.#boards.values()) feed.stop();
    return Promise.resolve();
  }

  /** Says that this process changed a board, whose revision is now `revision`. */
  changed(board: Board, revision: Revision): void {
    this.#of(board).changed(revision);
  }

  /** A board's top scores, for viewers to follow. */
  topic(board: Board): Topic<Snapshot> {
    return this.#of(board);
  }

  #of(board: Board): BoardFeed {
    const feed = this.#boards.get(board);
    if (!feed) throw new Error(`no feed of board ${board}`);
    return feed;
  }
}
