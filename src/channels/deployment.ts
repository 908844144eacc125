import { randomUUID } from "node:crypto";
import type { RedisClient } from "../redis/client.js";
import { keys } from "../redis/keys.js";
import { Loop } from "../timing/loop.js";

/** How long the processes of a deployment may miss each other after Redis was emptied or replaced. */
const agreeIntervalMs = 1_000;

/**
 * Which deployment this process belongs to. Channels know no database numbers, so all who use a Redis server hear each
 * other on channels of the same name; an id that lies beside the standings, and is part of the channels' names, keeps
 * deployments apart. It is made once and goes where the data goes. The database's number is part of it, too: two
 * deployments that were restored from one copy, on two databases of one server, have the same id.
 *
 * Processes look at the id once a second. When Redis has lost it, the first one to see that writes its own again; when
 * Redis holds another, all take that.
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

  /** @param onAgreed called each time that the scope was looked up, whether it changed or not */
  constructor(client: RedisClient, onAgreed: () => Promise<void>) {
    this.#client = client;
    this.#database = "options" in client && "db" in client.options ? (client.options.db ?? 0) : 0;
    this.#onAgreed = onAgreed;
  }

  /** The same in all processes of the deployment, and in no other's. */
  get scope(): string {
    return `${this.#id}/${this.#database}`;
  }

  /** Resolves also when Redis does not answer: then the process hears nobody until it does. */
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
      // Readiness and the connections' own log tell of a Redis that does not answer. We ask again in a second.
    }
  }

  async #sharedId(): Promise<string> {
    const known = await this.#client.get(keys.deployment);
    if (known !== null) return known;
    await this.#client.set(keys.deployment, this.#id, "NX");
    return (await this.#client.get(keys.deployment)) ?? this.#id;
  }
}
