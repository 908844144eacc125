import type { Cluster, Redis } from "ioredis";
import { Obstacle } from "../domain/errors.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import { retry } from "../timing/retry.js";

/** Which failures an acknowledged increment survives; see the README's table of environment variables. */
export type Durability = "redis" | "postgres" | "memory";

/** A Redis that evicts keys loses standings and outboxes, whatever DURABILITY promises. */
const neverEvict = { "maxmemory-policy": "noeviction" };
const syncEveryWrite = { appendonly: "yes", appendfsync: "always", "no-appendfsync-on-rewrite": "no" };

const required: Readonly<Record<Durability, Readonly<Record<string, string>>>> = {
  redis: { ...syncEveryWrite, ...neverEvict },
  postgres: neverEvict,
  memory: neverEvict,
};

const retryMs = 1_000;

/** Redis is configured in a way that breaks DURABILITY's promise. */
export class DurabilityError extends Obstacle {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "DurabilityError";
  }
}

export interface DurabilityCheckOptions {
  durability: Durability;
  /** False: an operator vouches for the settings, as Redis does not tell them. */
  ask: boolean;
}

/** Refuses to start on a Redis that would lose acknowledged increments. */
export class DurabilityCheck implements Service {
  readonly name = "durability-check";
  readonly #client: Redis | Cluster;
  readonly #options: DurabilityCheckOptions;
  readonly #logger: Logger;
  readonly #stop = new AbortController();

  constructor(client: Redis | Cluster, options: DurabilityCheckOptions, logger: Logger) {
    this.#client = client;
    this.#options = options;
    this.#logger = logger;
  }

  /** @throws DurabilityError that says what to change */
  async start(): Promise<void> {
    const { durability, ask } = this.#options;
    if (durability === "memory") {
      this.#logger.warn("DURABILITY=memory: acknowledged increments are lost when Redis stops before the next sync");
    }
    if (!ask) {
      const needed = linesOf(required[durability]);
      this.#logger.warn({ needed }, "REDIS_CONFIG_CHECK=off: Redis is believed to have the settings that are needed");
      return;
    }
    const problems = await this.#askUntilAnswered();
    if (problems.length > 0) throw new DurabilityError(problems);
  }

  /** Waits for a Redis that went down meanwhile; its connection says so in the log. */
  async #askUntilAnswered(): Promise<string[]> {
    try {
      return await retry(() => findProblems(this.#client, this.#options.durability), {
        waitMs: () => retryMs,
        signal: this.#stop.signal,
        onFailure: (error) => this.#logger.debug({ err: error }, "could not read Redis' configuration"),
      });
    } catch {
      return []; // Stopped.
    }
  }

  stop(): Promise<void> {
    this.#stop.abort();
    return Promise.resolve();
  }
}

/** What to change so that every Redis server keeps acknowledged increments; empty when all is well. */
async function findProblems(client: Redis | Cluster, durability: Durability): Promise<string[]> {
  const nodes: readonly Redis[] = "nodes" in client ? client.nodes("master") : [client];
  const problems = await Promise.all(nodes.map((node) => problemsOf(node, durability)));
  return [...new Set(problems.flat())];
}

async function problemsOf(node: Redis, durability: Durability): Promise<string[]> {
  const settings = required[durability];
  let actual: Map<string, string>;
  try {
    actual = await readSettings(node, Object.keys(settings));
  } catch (error) {
    if (!isAnswer(error)) throw error;
    if (durability !== "redis") return []; // Managed services forbid CONFIG, and don't evict unless told to.
    const reason = error instanceof Error ? error.message : String(error);
    return [
      `Redis does not tell its configuration (CONFIG GET: ${reason}), so DURABILITY=redis can't be promised; ` +
        "allow CONFIG GET, or use DURABILITY=postgres, or set REDIS_CONFIG_CHECK=off if you know that Redis has " +
        linesOf(settings).join(", "),
    ];
  }
  const alternative = durability === "redis" ? ", or use DURABILITY=postgres" : "";
  return Object.entries(settings)
    .filter(([name, value]) => actual.get(name) !== value)
    .map(
      ([name, value]) =>
        `Redis has "${name} ${actual.get(name) ?? "(unset)"}"; DURABILITY=${durability} needs "${name} ${value}": set it ` +
        `in redis.conf${name.startsWith("maxmemory") ? "" : alternative}`,
    );
}

/** Settings as in redis.conf. */
function linesOf(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => `${name} ${value}`);
}

/** Whether Redis itself refused, as opposed to being down or still loading its data. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError" && !/^(LOADING|MASTERDOWN)/.test(error.message);
}

async function readSettings(node: Redis, names: readonly string[]): Promise<Map<string, string>> {
  const settings = new Map<string, string>();
  for (const name of names) {
    const [, value] = (await node.config("GET", name)) as [string, string] | [];
    if (value !== undefined) settings.set(name, value);
  }
  return settings;
}
