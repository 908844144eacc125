import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import { projectRoot, startPostgres, startRedis, type PostgresHandle } from "../../../scripts/stack.js";
import type { Stores } from "../../helpers/stores.js";

/** A Redis and a PostgreSQL server that belong to one test, so that it may kill, freeze and empty both. */
export interface OwnStores extends Stores {
  readonly postgres: PostgresHandle;
  /** The folder in which this Redis keeps its data. */
  readonly redisDir: string;
}

export interface OwnStoresOptions {
  redisArgs?: readonly string[];
  /** Default: true, as DURABILITY=redis demands. */
  persistent?: boolean;
}

export async function startOwnStores({ redisArgs = [], persistent = true }: OwnStoresOptions = {}): Promise<OwnStores> {
  const dir = await mkdtemp(join(tmpdir(), "standings-faults-"));
  const redisDir = join(dir, "redis");
  const [redis, postgres] = await Promise.all([
    startRedis({ dir: redisDir, persistent, args: redisArgs }),
    // A committed change must survive a kill: without `synchronous_commit` it would still be in shared memory.
    startPostgres({ dir: join(dir, "postgres"), fsync: false, settings: { synchronous_commit: "on" } }),
  ]);
  await createTables(postgres.url);
  const redisClient = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  redisClient.on("error", () => undefined); // The client reconnects by itself.

  return {
    redis,
    redisDir,
    redisClient,
    postgres,
    databaseUrl: postgres.url,
    query: (sql, values) => queryOnce(postgres.url, sql, values),
    stop: async () => {
      redisClient.disconnect();
      await redis.resume();
      await postgres.resume();
      await Promise.all([redis.stop(), postgres.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Runs the migrations as plain SQL, which takes 50 ms; Prisma's engine, a separate process, takes seconds. */
async function createTables(url: string): Promise<void> {
  const dir = join(projectRoot, "prisma", "migrations");
  const names = (await readdir(dir, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const { name } of names.sort((a, b) => a.name.localeCompare(b.name))) {
    await queryOnce(url, await readFile(join(dir, name, "migration.sql"), "utf8"));
  }
}

/** Uses a new connection, as the previous one may lead to a server that was killed. */
async function queryOnce<Row extends object>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 5_000 });
  client.on("error", () => undefined); // The query reports the error.
  await client.connect();
  try {
    return (values ? await client.query<Row>(sql, values) : await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
