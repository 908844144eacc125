import { randomUUID } from "node:crypto";
import type { Channels, ProcessViewers } from "../channels/channels.js";
import type { Board } from "../domain/board.js";
import type { Audiences } from "../fanout/audiences.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";

interface Heard {
  readonly viewers: ReadonlyMap<string, number>;
  /** In terms of performance.now(). */
  readonly at: number;
}

const publishIntervalMs = 5_000;
/** A process that was silent for two intervals is gone, or has no viewers. */
const forgetAfterMs = 12_000;

/**
 * How many viewers follow each board, over all processes. Each process tells the others its own numbers in one message
 * every five seconds, and nothing while it has none.
 */
export class ViewerCounts implements Service {
  readonly name = "viewer-counts";
  readonly #channels: Channels;
  readonly #own: Audiences;
  readonly #logger: Logger;
  readonly #process = randomUUID();
  readonly #heard = new Map<string, Heard>();
  #timer: NodeJS.Timeout | undefined;
  #toldSome = false;

  /** @param own this process's viewers */
  constructor(channels: Channels, own: Audiences, logger: Logger) {
    this.#channels = channels;
    this.#own = own;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    await this.#channels.onViewers((message) => this.#hear(message));
    this.#timer = setInterval(() => void this.#tell(), publishIntervalMs);
  }

  stop(): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }

  /** O(processes). */
  of(board: Board): number {
    let sum = this.#own.sizeOf(board);
    for (const { viewers, at } of this.#heard.values()) {
      if (performance.now() - at < forgetAfterMs) sum += viewers.get(board) ?? 0;
    }
    return sum;
  }

  #hear({ process, viewers }: ProcessViewers): void {
    if (process !== this.#process) this.#heard.set(process, { viewers: new Map(viewers), at: performance.now() });
  }

  async #tell(): Promise<void> {
    const now = performance.now();
    for (const [process, { at }] of this.#heard) if (now - at >= forgetAfterMs) this.#heard.delete(process);
    const viewers = [...this.#own.sizes()];
    // The others hear once that the last viewers have left.
    const isNews = viewers.length > 0 || this.#toldSome;
    this.#toldSome = viewers.length > 0;
    if (!isNews) return;
    try {
      await this.#channels.publishViewers({ process: this.#process, viewers });
    } catch (error) {
      this.#logger.debug({ err: error }, "could not tell the other processes how many viewers there are");
    }
  }
}
