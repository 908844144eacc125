import { setTimeout as delay } from "node:timers/promises";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { Logger } from "./logger.js";
import type { Service } from "./lifecycle.js";

export type RedisClient = Redis | Cluster;

/**
 * What a connection is for decides what it may do by itself:
 *
 * - `writer` never sends a command twice. ioredis would by default re-send what was unanswered when a connection broke,
 *   and count those increments twice.
 * - `reader` may, once, as reading twice does no harm.
 * - `subscriber` waits for Redis for ever and subscribes again by itself.
 */
export type RedisPurpose = "writer" | "reader" | "subscriber";

/** With the 0.5 s that a request may need besides, nobody waits longer than 5 s for a dead Redis. */
const commandTimeoutMs = 4_000;
const probeIntervalMs = 2_000;
const probeTimeoutMs = 3_000;

/** RESP2 is spoken by every server and proxy; nothing here needs more. */
type ConnectionOptions = Omit<RedisOptions, "replyMapping">;

const purposes: Record<RedisPurpose, ConnectionOptions> = {
  writer: {
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
  },
  reader: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: commandTimeoutMs },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: true },
};

/** A connection, or a cluster's connections, as a service: `start` waits until Redis answers, `stop` closes. */
export class RedisConnection implements Service {
  readonly name: string;
  readonly client: RedisClient;
  readonly #logger: Logger;
  #prober: NodeJS.Timeout | undefined;
  #probing = false;

  /** @param urls one server, or the start-up nodes of a Redis Cluster */
  constructor(urls: readonly string[], purpose: RedisPurpose, logger: Logger) {
    this.name = `redis-${purpose}`;
    this.#logger = logger;
    this.client = createClient(urls, {
      ...purposes[purpose],
      lazyConnect: true,
      protocol: 2,
      connectionName: `standings-${purpose}`,
      connectTimeout: 3_000,
      retryStrategy: (attempt) => backOff(attempt),
    });
    // ioredis emits an error for every failed attempt; without a listener it would print them itself.
    this.client.on("error", (error: Error) => logger.warn({ err: error, connection: this.name }, "redis"));
    if (purpose === "subscriber") expectRejections(this.client);
  }

  async start(): Promise<void> {
    try {
      await this.client.connect();
      this.#prober = setInterval(() => void this.#probe(), probeIntervalMs);
    } catch (error) {
      throw new Error(`Redis does not answer (${this.name}): ${describe(error)}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#prober);
    this.client.disconnect();
    return Promise.resolve();
  }

  /** A connection that a firewall has forgotten says nothing for ever; only asking shows it. */
  async #probe(): Promise<void> {
    if (this.#probing || this.client.status !== "ready") return;
    this.#probing = true;
    const answered = this.client.ping().then(
      () => true,
      () => true, // An error is an answer, too.
    );
    if (!(await Promise.race([answered, delay(probeTimeoutMs, false, { ref: false })]))) {
      this.#logger.warn({ connection: this.name }, "a connection to Redis is dead; connecting anew");
      this.client.disconnect(true);
    }
    this.#probing = false;
  }
}

function createClient(urls: readonly string[], options: ConnectionOptions): RedisClient {
  const [first, ...others] = urls;
  if (first === undefined) throw new Error("at least one Redis URL is needed");
  if (others.length === 0) return new Redis(first, options);
  const { enableOfflineQueue = true, autoResendUnfulfilledCommands = true, retryStrategy, ...redisOptions } = options;
  return new Cluster([...urls], {
    lazyConnect: true,
    enableOfflineQueue,
    // A cluster has a way of its own to send again what a broken connection left unanswered.
    ...(!autoResendUnfulfilledCommands && { retryDelayOnFailover: 0 }),
    // The nodes that it finds by itself have no URL to take these from.
    redisOptions: { ...redisOptions, ...credentials(first) },
    ...(retryStrategy && { clusterRetryStrategy: (attempt: number) => backOff(attempt) }),
  });
}

function credentials(url: string): Pick<RedisOptions, "username" | "password" | "tls"> {
  const { protocol, username, password } = new URL(url);
  return {
    ...(username !== "" && { username: decodeURIComponent(username) }),
    ...(password !== "" && { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" && { tls: {} }),
  };
}

/**
 * ioredis subscribes again after a reconnect, and RedisPubSub unsubscribes, and both drop that promise: closing the
 * connection at that moment would be an unhandled rejection, which ends the process. Those who call it themselves still
 * get theirs.
 */
function expectRejections(client: RedisClient): void {
  for (const name of ["subscribe", "unsubscribe", "punsubscribe"] as const) {
    const command = client[name].bind(client) as (...channels: unknown[]) => Promise<unknown>;
    client[name] = (...channels: unknown[]) => {
      const done = command(...channels);
      done.catch(() => undefined);
      return done;
    };
  }
}

/** Milliseconds before the next attempt to connect: doubling to one second, jittered so that processes spread. */
function backOff(attempt: number): number {
  return Math.min(25 * 2 ** Math.min(attempt, 6), 1_000) * (0.5 + Math.random() / 2);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
