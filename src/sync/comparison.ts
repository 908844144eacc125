import { setTimeout as delay } from "node:timers/promises";
import type { Board } from "../domain/board.js";
import type { Logger } from "../observability/logger.js";
import type { DriftDeps } from "./compare-at-once.js";
import { findDrift } from "./drift.js";
import type { Leadership } from "./leader.js";
import type { SyncMetrics } from "./metrics.js";
import { explain } from "./trouble.js";

export interface ComparisonOptions extends DriftDeps {
  /** The boards that the worker looks at now: idle boards are left to `npm run check`. */
  boards: () => Iterable<Board>;
  leadership: Pick<Leadership, "held">;
  /** The worker's. A player that seems to differ is compared again after it. */
  intervalMs: number;
  /** 0: never. */
  compareIntervalMs: number;
  metrics: SyncMetrics;
  logger: Logger;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

/** While the stores differ, they are compared this many times as often, so that a repair shows soon. */
const hurry = 12;

/**
 * Compares Redis with PostgreSQL now and then, beside the passes of the leading worker. It reports and repairs nothing:
 * which store is right is for a person to decide.
 */
export class Comparison {
  readonly #options: ComparisonOptions;
  readonly #stop = new AbortController();
  #nextAt: number;
  #running = false;

  constructor(options: ComparisonOptions) {
    this.#options = options;
    this.#nextAt = performance.now() + options.compareIntervalMs;
  }

  /** Returns at once. O(players) in the background, page by page. */
  runIfDue(): void {
    const { compareIntervalMs } = this.#options;
    if (compareIntervalMs === 0 || this.#running || performance.now() < this.#nextAt) return;
    this.#running = true;
    void this.#run().then((agree) => {
      this.#running = false;
      this.#nextAt = performance.now() + (agree ? compareIntervalMs : compareIntervalMs / hurry);
    });
  }

  /** A comparison under way ends at its next statement, since its stores are closed. */
  stop(): void {
    this.#stop.abort();
  }

  /** @returns whether the stores agree, as far as they could be compared */
  async #run(): Promise<boolean> {
    const { boards, logger } = this.#options;
    let agree = true;
    for (const board of boards()) {
      try {
        agree = (await this.#compare(board)) && agree;
      } catch (error) {
        if (this.#stop.signal.aborted) break;
        logger.warn({ board, reason: explain(error).sentence }, "Redis and PostgreSQL could not be compared");
      }
    }
    return agree;
  }

  async #compare(board: Board): Promise<boolean> {
    const { intervalMs, leadership, metrics, logger, now } = this.#options;
    const wait = () => delay(intervalMs, undefined, { signal: this.#stop.signal, ref: false });
    const { differing } = await findDrift(this.#options, board, wait);
    // Without the lead nothing says that PostgreSQL was kept up to date meanwhile.
    if (!leadership.held) return true;
    metrics.differingPlayers.set({ board }, differing);
    metrics.comparedAt.set({ board }, now() / 1000);
    if (differing > 0)
      logger.error({ board, differing }, "the stores differ; npm run check -- --repair makes them agree");
    return differing === 0;
  }
}
