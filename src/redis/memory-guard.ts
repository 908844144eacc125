import type { Redis } from "ioredis";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import type { RedisClient } from "./client.js";
import { Loop } from "../timing/loop.js";

/** Shares of Redis' memory above which increments are refused, and below which they are accepted again. */
const refuseAbove = 0.8;
const acceptBelow = 0.75;
const intervalMs = 500;

/**
 * Backpressure. While PostgreSQL is down, accepted changes pile up in Redis, which evicts nothing and would in the end
 * refuse every write, even recovery's. So new increments are refused before that, and accepted again when the outbox
 * has been drained. Without `maxmemory` the machine's memory counts.
 */
export class MemoryGuard implements Service {
  readonly name = "memory-guard";
  readonly #client: RedisClient;
  readonly #logger: Logger;
  readonly #loop = new Loop(async () => {
    await this.#look();
    return intervalMs;
  });
  #used = 0;
  #full = false;

  constructor(client: RedisClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
  }

  /** Whether increments must be refused. */
  get full(): boolean {
    return this.#full;
  }

  /** The fullest server's used share of its memory, as of the last look. */
  get used(): number {
    return this.#used;
  }

  async start(): Promise<void> {
    await this.#look();
    this.#loop.start(intervalMs);
  }

  stop(): Promise<void> {
    void this.#loop.stop(); // Not awaited: Redis may never answer the read that is under way.
    return Promise.resolve();
  }

  async #look(): Promise<void> {
    try {
      const nodes: readonly Redis[] = "nodes" in this.#client ? this.#client.nodes("master") : [this.#client];
      this.#used = Math.max(...(await Promise.all(nodes.map(async (node) => usedShare(await node.info("memory"))))));
    } catch (error) {
      // A Redis that does not answer accepts no increments either.
      this.#logger.debug({ err: error }, "could not read Redis' memory use");
      return;
    }
    const full = this.#used > (this.#full ? acceptBelow : refuseAbove);
    if (full === this.#full) return;
    this.#full = full;
    const percent = Math.round(this.#used * 100);
    if (full)
      this.#logger.error({ percent }, "Redis' memory is nearly full: refusing increments until the outbox is drained");
    else this.#logger.info({ percent }, "Redis' memory has room again: accepting increments");
  }
}

function usedShare(info: string): number {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  const limit = field("maxmemory") || field("total_system_memory");
  return limit === 0 ? 0 : field("used_memory") / limit;
}
