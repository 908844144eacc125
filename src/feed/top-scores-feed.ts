import type { Leaderboard } from "../standings/leaderboard.js";
import type { Board } from "../domain/board.js";
import type { Revision } from "../domain/score.js";
import type { Snapshot } from "../domain/views.js";
import type { Service } from "../lifecycle.js";
import { BoardFeed, type BoardFeedOptions } from "./board-feed.js";
import type { Channels } from "../channels/channels.js";
import { LatestIterator } from "../fanout/latest-iterator.js";
import type { Topic } from "../fanout/topic.js";
import { OnDemand } from "../timing/on-demand.js";

export interface TopScoresFeedOptions extends BoardFeedOptions {
  /** How often a board with viewers is compared with Redis, because a channel may lose messages. */
  reconcileIntervalMs: number;
}

/**
 * Brings each board's top scores to every viewer of this process. It listens to the channels of the boards that have
 * viewers here or are changed here, and passes the snapshots on to all viewers. It publishes the changes that this
 * process made: at once when the board was quiet, else once per interval, always ending with the newest. Other boards
 * cost nothing.
 */
export class TopScoresFeed implements Service {
  readonly name = "top-scores-feed";
  readonly #boards: OnDemand<Board, BoardFeed>;
  readonly #reconcileIntervalMs: number;
  #reconciler: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(leaderboard: Leaderboard, channels: Channels, options: TopScoresFeedOptions) {
    this.#reconcileIntervalMs = options.reconcileIntervalMs;
    this.#boards = new OnDemand({
      make: (board) => new BoardFeed(board, leaderboard, channels, options),
      isBusy: (feed) => feed.isBusy,
      onDropped: (feed) => feed.stop(),
    });
  }

  start(): Promise<void> {
    this.#reconciler = setInterval(() => {
      for (const feed of this.#boards.values()) void feed.reconcile();
    }, this.#reconcileIntervalMs);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#reconciler);
    this.#boards.clear();
    return Promise.resolve();
  }

  /** How many boards are followed. */
  get boards(): number {
    return this.#boards.size;
  }

  /** Says that this process changed a board, whose revision is now `revision`. */
  changed(board: Board, revision: Revision): void {
    if (!this.#stopped) this.#boards.get(board).changed(revision);
  }

  /** A board's top scores, for viewers to follow. */
  topic(board: Board): Topic<Snapshot> {
    return new BoardTopic(board, this.#boards);
  }

  /** Calls the listener with each newer revision of a board, until the returned function is called. */
  onRevision(board: Board, listener: (revision: Revision) => void): () => void {
    return this.#boards.get(board).onRevision(listener);
  }

  /** Resolves soon: when changes of the board are heard of, or a second later. */
  subscribed(board: Board): Promise<void> {
    return this.#boards.get(board).subscribed();
  }

  /** Forgets boards that nobody has used for a while. Called once a minute. */
  dropIdle(): void {
    this.#boards.dropIdle();
  }
}

/** Stays right when the board's feed was dropped and is made again. */
class BoardTopic implements Topic<Snapshot> {
  readonly about: string;
  readonly #board: Board;
  readonly #feeds: OnDemand<Board, BoardFeed>;

  constructor(board: Board, feeds: OnDemand<Board, BoardFeed>) {
    this.about = board;
    this.#board = board;
    this.#feeds = feeds;
  }

  current(): Promise<Snapshot> {
    return this.#feed.current();
  }

  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    return this.#feed.subscribe(listener);
  }

  isNewer(snapshot: Snapshot, than: Snapshot): boolean {
    return snapshot.revision > than.revision;
  }

  changedAt({ changedAt }: Snapshot): number | undefined {
    return changedAt;
  }

  traceparent({ traceparent }: Snapshot): string | undefined {
    return traceparent;
  }

  [Symbol.asyncIterator](): AsyncIterator<Snapshot> {
    return new LatestIterator(this);
  }

  get #feed(): BoardFeed {
    return this.#feeds.get(this.#board);
  }
}
