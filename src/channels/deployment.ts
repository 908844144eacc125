import { randomUUID } from "node:crypto";
import type { RedisClient } from "../redis/client.js";
import { keys } from "../redis/keys.js";
import { Loop } from "../timing/loop.js";

/** How long processes may miss each other's messages after Redis was emptied or replaced. */
const agreeIntervalMs = 1_000;

/**
 * The deployment that this process belongs to. Redis' channels are not separated by database number, so all clients of
 * a server hear each other on channels of the same name. An id keeps deployments apart: it is stored beside the
 * standings and is part of the channels' names. It is made once and moves with the data. The database number is part of
 * the names, too: two deployments that were restored from one copy, on two databases of one server, have the same id.
 *
 * Each process reads the id once a second. When Redis has lost it, the first process to notice writes its own id back.
 * When Redis holds another id, all processes take that one.
 */
export class Deployment {
  readonly #client: RedisClient;
  readonly #database: number;
  readonly #onAgreed: () => Promise<void>;
  #id: string = randomUUID();
  readonly #loop = new Loop(async () => {
    await this.#agree();
    return agreeIntervalMs;
  });

  /** @param onAgreed called after each lookup of the id, whether it changed or not */
  constructor(client: RedisClient, onAgreed: () => Promise<void>) {
    this.#client = client;
    this.#database = "options" in client && "db" in client.options ? (client.options.db ?? 0) : 0;
    this.#onAgreed = onAgreed;
  }

  /** The same in all processes of this deployment, different in every other deployment. */
  get scope(): string {
    return `${this.#id}/${this.#database}`;
  }

  /** Resolves also when Redis does not answer. Until it does, this process hears no other process. */
  async start(): Promise<void> {
    await this.#agree();
    this.#loop.start(agreeIntervalMs);
  }

  stop(): void {
    void this.#loop.stop();
  }

  async #agree(): Promise<void> {
    try {
      this.#id = await this.#sharedId();
      await this.#onAgreed();
    } catch {
      // Readiness and the connections' log report a Redis that does not answer. The loop asks again in a second.
    }
  }

  async #sharedId(): Promise<string> {
    const known = await this.#client.get(keys.deployment);
    if (known !== null) return known;
    await this.#client.set(keys.deployment, this.#id, "NX");
    return (await this.#client.get(keys.deployment)) ?? this.#id;
  }
}
