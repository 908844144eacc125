import { Cluster } from "ioredis";
import { Obstacle } from "../domain/errors.js";
import { LastingTrouble } from "../observability/lasting-trouble.js";
import type { Logger } from "../observability/logger.js";
import type { Service } from "../lifecycle.js";
import { createClient, createNode, type RedisClient, type RedisPurpose } from "./client.js";
import {
  describeRedisProblem,
  isWrongServer,
  readOnlyProblem,
  redisAddress,
  RedisSettingsError,
  settingsErrorOf,
} from "./problems.js";
import { within } from "../timing/deadline.js";

export type { RedisClient, RedisPurpose };

const probeIntervalMs = 2_000;
const probeTimeoutMs = 3_000;
/** A start that waits for so long without any error says at least that. */
const silenceMs = 5_000;

/**
 * A connection, or a cluster's connections, as a service: `start` waits until Redis answers, however long that takes, and
 * `stop` closes. What keeps it from Redis is one sentence, in the log and for readiness.
 */
export class RedisConnection implements Service {
  readonly name: string;
  readonly client: RedisClient;
  readonly #urls: readonly string[];
  readonly #where: string;
  readonly #logger: Logger;
  readonly #purpose: RedisPurpose;
  readonly #trouble: LastingTrouble;
  readonly #stop = new AbortController();
  readonly #dependents: (() => void)[] = [];
  /** Settles a start that waits. */
  #giveUp: (error: Error) => void = () => undefined;
  #prober: NodeJS.Timeout | undefined;
  #probing = false;
  #looking = false;

  /** @param urls one server, or the start-up nodes of a Redis Cluster */
  constructor(urls: readonly string[], purpose: RedisPurpose, logger: Logger) {
    this.name = `redis-${purpose}`;
    this.#urls = urls;
    this.#where = redisAddress(urls);
    this.#logger = logger;
    this.#purpose = purpose;
    this.#trouble = new LastingTrouble({
      tell: (sentence) => logger.warn({ connection: this.name }, sentence),
      over: () => logger.info({ connection: this.name }, `Redis at ${this.#where} answers again`),
    });
    this.client = createClient(urls, purpose, {
      onWrongServer: () => this.#leftWrongServer(),
      onFailure: (reason) => this.#failed(reason),
    });
    this.client.on("error", (error: Error) => this.#failed(error));
    this.client.on("node error", (error: Error, address: string) => this.#nodeFailed(error, address));
    this.client.on("ready", () => void this.#probe("look only"));
    if (purpose === "subscriber") expectRejections(this.client);
  }

  /** @throws RedisSettingsError for what waiting can't mend */
  async start(): Promise<void> {
    const silence = setTimeout(() => {
      if (this.#trouble.sentence === undefined) this.#trouble.is(`Redis at ${this.#where} does not answer`);
    }, silenceMs);
    try {
      // The first failure ends this promise, and the client goes on trying by itself.
      this.client.connect().catch((error: unknown) => this.#logger.debug({ err: error }, "the first try failed"));
      await this.#untilReady();
      if (this.#stop.signal.aborted) return;
      await this.#refuseLoneClusterNode();
      this.#prober = setInterval(() => void this.#probe("renew"), probeIntervalMs);
    } catch (error) {
      this.client.disconnect();
      throw error;
    } finally {
      clearTimeout(silence);
    }
  }

  /** For programs that don't wait. @throws Obstacle after the first attempt that failed, saying why */
  async connectOnce(): Promise<void> {
    try {
      await this.client.connect();
    } catch (error) {
      this.client.disconnect();
      throw new Obstacle(this.#trouble.sentence ?? describeRedisProblem(error, this.#where));
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#prober);
    this.client.disconnect();
    return Promise.resolve();
  }

  /** Why Redis can't be used by way of this connection, in one sentence; undefined when it can. */
  async problem(): Promise<string | undefined> {
    if (this.client.status === "ready") return this.#ask();
    const sentence = this.#prober && `Redis at ${this.#where} does not answer`; // Else it has not been tried yet.
    return this.#trouble.sentence ?? sentence;
  }

  /** Calls when the server turned out to be the wrong one: connections that can't see that themselves follow this one. */
  onWrongServer(call: () => void): void {
    this.#dependents.push(call);
  }

  /** Connects anew, to whatever the address leads to now. */
  renew(): void {
    this.client.disconnect(true);
  }

  #untilReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.once("ready", resolve);
      this.#stop.signal.addEventListener("abort", () => resolve());
      this.#giveUp = reject;
    });
  }

  #failed(error: Error): void {
    // What follows from the first error says nothing new.
    if (this.#trouble.sentence !== undefined && error.message.startsWith("Stream isn't writeable")) return;
    // A node of a cluster says no more than this; what it was shows when we ask the node ourselves.
    if ("lastNodeError" in error && error.lastNodeError instanceof Error) {
      if (error.lastNodeError.message.startsWith("Connection is closed")) return void this.#lookAtNode();
    }
    const settings = settingsErrorOf(error, this.#where);
    // The client goes on in another database when it can't have its own, and would write there.
    if (settings) this.client.disconnect(true);
    if (settings) this.#giveUp(settings);
    this.#trouble.is(describeRedisProblem(error, this.#where));
  }

  #nodeFailed(error: Error, address: string): void {
    if (error.message.startsWith("Connection is closed")) return;
    this.#trouble.is(describeRedisProblem(error, `${address} (a node of the cluster of REDIS_URL)`));
  }

  /** ioredis keeps to itself why no node of a cluster could be asked for the others. */
  async #lookAtNode(): Promise<void> {
    const [url] = this.#urls;
    if (this.#looking || url === undefined) return;
    this.#looking = true;
    const node = createNode(url, this.#urls);
    node.on("error", (error) => this.#trouble.is(describeRedisProblem(error, redisAddress([url]))));
    await node.connect().catch(() => undefined);
    node.disconnect();
    this.#looking = false;
  }

  /** One URL that leads to a node of a cluster would be answered with MOVED, for most keys and for ever. */
  async #refuseLoneClusterNode(): Promise<void> {
    if (this.client instanceof Cluster || this.#purpose === "subscriber") return;
    const info = await this.client.info("cluster").catch(() => ""); // Forbidden: then we find out by using it.
    if (!info.includes("cluster_enabled:1")) return;
    throw new RedisSettingsError(
      `Redis at ${this.#where} is a node of a Redis Cluster: list several of its nodes, separated by commas ` +
        "(where one address leads to all of them, name it twice)",
    );
  }

  #leftWrongServer(): void {
    this.#trouble.is(readOnlyProblem(this.#where));
    for (const call of this.#dependents) call();
  }

  /**
   * A connection that a firewall has forgotten says nothing for ever, and a server that was demoted answers reads as
   * before: only asking shows either.
   */
  async #probe(then: "look only" | "renew"): Promise<void> {
    if (this.#probing || this.client.status !== "ready") return;
    this.#probing = true;
    const answer = await within(probeTimeoutMs, this.#ask(), () => "late" as const);
    this.#probing = false;
    if (answer === undefined) return this.#trouble.isOver();
    if (answer === "late")
      this.#logger.warn({ connection: this.name }, "a connection to Redis is dead; connecting anew");
    else this.#trouble.is(answer);
    if (then === "look only") return;
    this.renew();
    for (const call of this.#dependents) call();
  }

  /** @returns what is wrong with the server that answers; undefined also when it does not want to tell */
  async #ask(): Promise<string | undefined> {
    try {
      if (this.#purpose === "subscriber" || this.client.isCluster) {
        await this.client.ping();
        return undefined;
      }
      return isReplica(await this.client.info("replication")) ? readOnlyProblem(this.#where) : undefined;
    } catch (error) {
      return isWrongServer(error) || this.client.status !== "ready"
        ? describeRedisProblem(error, this.#where)
        : undefined;
    }
  }
}

function isReplica(replication: string): boolean {
  return /^role:slave/m.test(replication);
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
