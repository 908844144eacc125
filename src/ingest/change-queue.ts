import { randomUUID } from "node:crypto";
import type { IncrementQueue } from "../auth/increments.js";
import type { Change } from "../leaderboard/score-store.js";
import type { Board } from "../leaderboard/types.js";
import type { Metrics } from "../metrics.js";
import { toMessage } from "./message.js";
import type { Publisher } from "./publisher.js";
import { incrementsQueue } from "./queues.js";

/** Where increments wait that are to be applied later: the broker has them on disk when this says so. */
export class ChangeQueue implements IncrementQueue {
  readonly #publisher: Publisher;
  readonly #metrics: Metrics;

  constructor(publisher: Publisher, metrics: Metrics) {
    this.#publisher = publisher;
    this.#metrics = metrics;
  }

  async enqueue(board: Board, change: Change, deadline: number): Promise<string> {
    const id = randomUUID();
    await this.#publisher.publish({ queue: incrementsQueue.queue, id, body: toMessage(board, change) }, deadline);
    this.#metrics.enqueued.inc({ board });
    return id;
  }
}
