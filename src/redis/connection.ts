import { Cluster } from "ioredis";
import { Obstacle } from "../domain/errors.js";
import { LastingTrouble } from "../observability/lasting-trouble.js";
import type { Logger } from "../observability/logger.js";
import { noTraces, type Traces } from "../observability/traces.js";
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
import { traceCommands } from "./traced-commands.js";
import { within } from "../timing/deadline.js";

export type { RedisClient, RedisPurpose };

const probeIntervalMs = 2_000;
const probeTimeoutMs = 3_000;
/** A start that waits for this long without any error logs that Redis does not answer. */
const silenceMs = 5_000;

/**
 * A connection, or a cluster's connections, as a service: `start` waits until Redis answers, however long that takes,
 * and `stop` closes it. A problem is described in one sentence, for the log and for readiness.
 */
export class RedisConnection implements Service {
  readonly name: string;
  readonly client: RedisClient;
  readonly #urls: readonly string[];
  readonly #where: string;
  readonly #logger: Logger;
  readonly purpose: RedisPurpose;
  readonly #trouble: LastingTrouble;
  readonly #stop = new AbortController();
  readonly #dependents: (() => void)[] = [];
  #probed: (seconds: number) => void = () => undefined;
  /** Rejects a start that waits. */
  #giveUp: (error: Error) => void = () => undefined;
  #prober: NodeJS.Timeout | undefined;
  #probing = false;
  #looking = false;

  /** @param urls one server, or the start-up nodes of a Redis Cluster */
  constructor(urls: readonly string[], purpose: RedisPurpose, logger: Logger, traces: Traces = noTraces) {
    this.name = `redis-${purpose}`;
    this.#urls = urls;
    this.#where = redisAddress(urls);
    this.#logger = logger;
    this.purpose = purpose;
    this.#trouble = new LastingTrouble({
      tell: (sentence) => logger.warn({ connection: this.name }, sentence),
      over: () => logger.info({ connection: this.name }, `Redis at ${this.#where} answers again`),
    });
    this.client = createClient(urls, purpose, {
      onWrongServer: () => this.#leftWrongServer(),
      onFailure: (reason) => this.#failed(reason),
    });
    if (urls[0] !== undefined) traceCommands(this.client, urls[0], traces);
    this.client.on("error", (error: Error) => this.#failed(error));
    this.client.on("node error", (error: Error, address: string) => this.#nodeFailed(error, address));
    this.client.on("ready", () => void this.#probe("look only"));
    if (purpose === "subscriber") expectRejections(this.client);
  }

  /** @throws RedisSettingsError when waiting does not help */
  async start(): Promise<void> {
    const silence = setTimeout(() => {
      if (this.#trouble.sentence === undefined) this.#trouble.is(`Redis at ${this.#where} does not answer`);
    }, silenceMs);
    try {
      // The first failure rejects this promise; the client goes on trying by itself.
      this.client
        .connect()
        .catch((error: unknown) => this.#logger.debug({ err: error }, "the first attempt to connect failed"));
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

  /** Why Redis can't be used through this connection, in one sentence; undefined when it can. */
  async problem(): Promise<string | undefined> {
    if (this.client.status === "ready") return this.#ask();
    const sentence = this.#prober && `Redis at ${this.#where} does not answer`; // No prober: `start` is not done.
    return this.#trouble.sentence ?? sentence;
  }

  /** Whether Redis could be used through this connection when it was last looked at. Asks nothing. */
  get isUsable(): boolean {
    return this.client.status === "ready" && this.#trouble.sentence === undefined;
  }

  /** Calls after each regular probe that the server answered in time, with how long that took, in seconds. */
  onProbed(call: (seconds: number) => void): void {
    this.#probed = call;
  }

  /**
   * Calls when the server turned out to be the wrong one. Connections that can't detect that themselves follow this
   * one.
   */
  onWrongServer(call: () => void): void {
    this.#dependents.push(call);
  }

  /** Reconnects, to the server that the address leads to now. */
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
    // This error follows from the first one and says nothing new.
    if (this.#trouble.sentence !== undefined && error.message.startsWith("Stream isn't writeable")) return;
    // ioredis reports no more than this for a cluster's node, so connect to the node to learn the cause.
    if ("lastNodeError" in error && error.lastNodeError instanceof Error) {
      if (error.lastNodeError.message.startsWith("Connection is closed")) return void this.#lookAtNode();
    }
    const settings = settingsErrorOf(error, this.#where);
    // A client that can't select its own database would go on, and write, in another one.
    if (settings) this.client.disconnect(true);
    if (settings) this.#giveUp(settings);
    this.#trouble.is(describeRedisProblem(error, this.#where));
  }

  #nodeFailed(error: Error, address: string): void {
    if (error.message.startsWith("Connection is closed")) return;
    this.#trouble.is(describeRedisProblem(error, `${address} (a node of the cluster of REDIS_URL)`));
  }

  /** Learns why a cluster can't be reached. ioredis does not report why it could ask no node for the others. */
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

  /** Refuses a single URL that leads to a cluster node: for most keys the node would answer MOVED, for ever. */
  async #refuseLoneClusterNode(): Promise<void> {
    if (this.client instanceof Cluster || this.purpose === "subscriber") return;
    const info = await this.client.info("cluster").catch(() => ""); // Where INFO is forbidden, the first command tells.
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
   * Asks the server regularly. Only that detects a connection that a firewall has dropped silently, and a demoted
   * server, which goes on answering reads.
   */
  async #probe(then: "look only" | "renew"): Promise<void> {
    if (this.#probing || this.client.status !== "ready") return;
    this.#probing = true;
    const began = performance.now();
    const answer = await within(probeTimeoutMs, this.#ask(), () => "late" as const);
    this.#probing = false;
    if (answer !== "late") this.#probed((performance.now() - began) / 1000);
    if (answer === undefined) return this.#trouble.isOver();
    this.#trouble.is(answer === "late" ? `Redis at ${this.#where} is silent; connecting anew` : answer);
    if (then === "look only") return;
    this.renew();
    for (const call of this.#dependents) call();
  }

  /** @returns the problem with the server that answers; undefined when there is none, or when INFO is forbidden */
  async #ask(): Promise<string | undefined> {
    try {
      if (this.purpose === "subscriber" || this.client.isCluster) {
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
 * Keeps dropped promises from ending the process. ioredis subscribes again after a reconnect, RedisPubSub unsubscribes,
 * and both drop the promise: closing the connection at that moment would be an unhandled rejection. Other callers still
 * get the rejection. Where RedisPubSub passes a callback it also rejects a promise of its own, which it drops, so it is
 * not told of a failure when the connection has ended for good.
 */
function expectRejections(client: RedisClient): void {
  for (const name of ["subscribe", "unsubscribe", "punsubscribe"] as const) {
    const command = client[name].bind(client) as (...channels: unknown[]) => Promise<unknown>;
    client[name] = (...args: unknown[]) => {
      const done = command(...args.map((arg) => (typeof arg === "function" ? silentAtEnd(client, arg) : arg)));
      done.catch(() => undefined);
      return done;
    };
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- ioredis' callbacks have many forms.
function silentAtEnd(client: RedisClient, callback: Function): (...results: unknown[]) => void {
  return (error, ...results) => {
    if (error == null || client.status !== "end") Reflect.apply(callback, undefined, [error, ...results]);
  };
}
