import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import type { Stores } from "../../helpers/stores.js";

interface Place {
  epoch: number;
  revision: number;
  fence: number;
}

const none: Place = { epoch: 0, revision: 0, fence: 0 };
const intervalMs = 10;

/**
 * Checks the forward invariant again and again while faults happen: epoch, revision and fence of either store never go
 * back on an open board, and the outbox is never trimmed beyond the cursor.
 */
export class ForwardWatch {
  readonly violations: string[] = [];
  looks = 0;
  readonly #stores: Stores;
  readonly #redis: Redis;
  #postgres: pg.Client | undefined;
  #running = true;
  readonly #loop: Promise<void>;

  constructor(stores: Stores) {
    this.#stores = stores;
    this.#redis = new Redis(stores.redis.url, {
      commandTimeout: 500,
      retryStrategy: () => 20,
      enableOfflineQueue: false,
    });
    this.#redis.on("error", () => undefined); // Tests kill Redis.
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
    this.#redis.disconnect();
    await this.#postgres?.end().catch(() => undefined);
  }

  async #run(): Promise<void> {
    let [redis, cursor] = [none, none];
    while (this.#running) {
      // The order matters: entries trimmed before the outbox is read must be committed when the cursor is read.
      const inRedis = await this.#lookAtRedis().catch(() => undefined);
      const inPostgres = await this.#lookAtPostgres().catch(() => this.#reconnectLater());
      if (inRedis?.place) redis = this.#compare("Redis", redis, inRedis.place);
      if (inPostgres) cursor = this.#compare("the cursor", cursor, inPostgres);
      const first = inRedis?.first;
      if (inPostgres && first && first.epoch === inPostgres.epoch && first.revision > inPostgres.revision + 1) {
        this.violations.push(`trimmed up to ${first.revision}, committed up to ${inPostgres.revision}`);
      }
      if (inRedis && inPostgres) this.looks += 1;
      await delay(intervalMs);
    }
  }

  #compare(store: string, before: Place, now: Place): Place {
    const wentBack =
      now.epoch < before.epoch ||
      // Revisions must grow across epochs too: viewers know nothing else.
      now.revision < before.revision ||
      // Redis may lose the fence with its other data; PostgreSQL may not.
      (store !== "Redis" && now.fence < before.fence);
    if (wentBack) this.violations.push(`${store} went from ${JSON.stringify(before)} to ${JSON.stringify(now)}`);
    return now;
  }

  async #lookAtRedis(): Promise<{ place: Place | undefined; first: Omit<Place, "fence"> | undefined }> {
    const replies = await this.#redis
      .multi()
      .hmget("lb:{main}:meta", "epoch", "revision", "fence", "run_id")
      .xrange("lb:{main}:outbox", "-", "+", "COUNT", 1)
      .info("server")
      .exec();
    const [epoch, revision, fence, runId] = (replies?.[0]?.[1] ?? []) as (string | null)[];
    const isOpen = runId != null && String(replies?.[2]?.[1]).includes(`run_id:${runId}`);
    const [entry] = (replies?.[1]?.[1] ?? []) as [id: string, fields: string[]][];
    const [firstEpoch, lastOfFirst] = entry?.[0].split("-") ?? [];
    const countAt = entry?.[1].indexOf("n") ?? -1;
    const count = countAt < 0 ? 1 : entry?.[1][countAt + 1];
    return {
      // A closed board may be empty or an older copy: the worker repairs it before it opens it.
      place:
        epoch == null || !isOpen
          ? undefined
          : { epoch: Number(epoch), revision: Number(revision), fence: Number(fence) },
      first: entry && { epoch: Number(firstEpoch), revision: Number(lastOfFirst) - Number(count) + 1 },
    };
  }

  async #lookAtPostgres(): Promise<Place | undefined> {
    if (!this.#postgres) {
      const client = new pg.Client({
        connectionString: this.#stores.databaseUrl,
        connectionTimeoutMillis: 500,
        query_timeout: 500,
      });
      client.on("error", () => undefined); // The next query reports the error.
      await client.connect();
      this.#postgres = client;
    }
    const { rows } = await this.#postgres.query<Record<keyof Place, string>>(
      "SELECT epoch, revision, fence FROM sync_cursor WHERE board = 'main'",
    );
    const [row] = rows;
    return row && { epoch: Number(row.epoch), revision: Number(row.revision), fence: Number(row.fence) };
  }

  #reconnectLater(): undefined {
    void this.#postgres?.end().catch(() => undefined);
    this.#postgres = undefined;
  }
}
