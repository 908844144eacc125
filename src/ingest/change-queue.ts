import { randomUUID } from "node:crypto";
import type { ScoreChangeQueue } from "../commands/score-changes.js";
import type { Change } from "../domain/change.js";
import type { BoardDefinition } from "../domain/board.js";
import type { IngestMetrics } from "./metrics.js";
import { toMessage } from "./message.js";
import type { Publisher } from "./publisher.js";
import { incrementsQueue } from "./queues.js";

/** The queue of increments that are applied later. When `enqueue` resolves, the broker has the increment on disk. */
export class ChangeQueue implements ScoreChangeQueue {
  readonly #publisher: Publisher;
  readonly #metrics: Pick<IngestMetrics, "enqueued">;

  constructor(publisher: Publisher, metrics: Pick<IngestMetrics, "enqueued">) {
    this.#publisher = publisher;
    this.#metrics = metrics;
  }

  async enqueue(board: BoardDefinition, change: Change, deadline: number): Promise<string> {
    const id = randomUUID();
    await this.#publisher.publish({ queue: incrementsQueue.queue, id, body: toMessage(board, change) }, deadline);
    this.#metrics.enqueued.inc({ board: board.id });
    return id;
  }
}
