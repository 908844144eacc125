import type { Board } from "../domain/board.js";
import type { BoardStatus } from "../domain/board-status.js";
import { LatestIterator } from "../fanout/latest-iterator.js";
import type { Topic } from "../fanout/topic.js";
import type { Service } from "../lifecycle.js";
import { WatchedStatus, type WatchedStatusOptions } from "./watched-status.js";

/**
 * Boards' statuses, for viewers to follow: the current one, each change of state within two seconds, and the newest every
 * five. Costs one small read of Redis a second for each board that is watched, however many viewers it has.
 */
export class BoardStatusFeed implements Service {
  readonly name = "board-status-feed";
  readonly #look: WatchedStatusOptions["look"];
  readonly #viewersOf: WatchedStatusOptions["viewersOf"];
  readonly #boards = new Map<Board, WatchedStatus>();
  #sequence = 0;
  #startedAt = 0;

  /**
   * @param look looks at a board in Redis
   * @param viewersOf how many viewers follow a board
   */
  constructor({ look, viewersOf }: Pick<WatchedStatusOptions, "look" | "viewersOf">) {
    this.#look = look;
    this.#viewersOf = viewersOf;
  }

  /** Redis has answered then: a process starts only with it. */
  start(): Promise<void> {
    this.#startedAt = Date.now();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    for (const watched of this.#boards.values()) watched.stop();
    return Promise.resolve();
  }

  topic(board: Board): Topic<BoardStatus> {
    const topic: Topic<BoardStatus> = {
      about: board,
      current: () => (this.#boards.get(board) ?? this.#create(board)).current(),
      subscribe: (listener) => this.#subscribe(board, listener),
      isNewer: (value, than) => value.sequence > than.sequence,
      changedAt: () => undefined,
      [Symbol.asyncIterator]: () => new LatestIterator(topic),
    };
    return topic;
  }

  #subscribe(board: Board, listener: (status: BoardStatus) => void): () => void {
    const watched = this.#boards.get(board) ?? this.#create(board);
    this.#boards.set(board, watched);
    watched.add(listener);
    return () => {
      watched.remove(listener);
      if (watched.isWatched || this.#boards.get(board) !== watched) return;
      watched.stop();
      this.#boards.delete(board);
    };
  }

  #create(board: Board): WatchedStatus {
    return new WatchedStatus(board, {
      look: this.#look,
      viewersOf: this.#viewersOf,
      nextSequence: () => (this.#sequence += 1),
      knownAt: this.#startedAt,
    });
  }
}
