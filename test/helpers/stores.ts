import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Client } from "pg";
import { inject } from "vitest";
import { startRedis, type RedisHandle } from "../../scripts/stack.js";

/** A Redis and a database that belong to one test. */
export interface Stores {
  readonly redis: RedisHandle;
  /** A connection to look at Redis directly, without the service. */
  readonly redisClient: Redis;
  readonly databaseUrl: string;
  readonly query: <Row extends object>(sql: string, values?: unknown[]) => Promise<Row[]>;
  stop(): Promise<void>;
}

export interface StoresOptions {
  /** Default: true, as DURABILITY=redis demands. */
  persistent?: boolean;
}

export async function startStores({ persistent = true }: StoresOptions = {}): Promise<Stores> {
  const dir = await mkdtemp(join(tmpdir(), "standings-redis-"));
  const redis = await startRedis({ dir, persistent });
  const redisClient = new Redis(redis.url, { maxRetriesPerRequest: null });
  redisClient.on("error", () => undefined); // Tests kill Redis; the client reconnects by itself.

  const templateUrl = inject("templateUrl");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await asAdmin(templateUrl, `CREATE DATABASE ${name} TEMPLATE standings`);
  const databaseUrl = withDatabase(templateUrl, name);

  return {
    redis,
    redisClient,
    databaseUrl,
    query: async <Row extends object>(sql: string, values: unknown[] = []) => {
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      try {
        return (await client.query<Row>(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
    stop: async () => {
      redisClient.disconnect();
      await redis.stop();
      await asAdmin(templateUrl, `DROP DATABASE ${name} WITH (FORCE)`);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** Connects to another database, as a template must not be in use while it is copied. */
async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: withDatabase(url, "postgres") });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
