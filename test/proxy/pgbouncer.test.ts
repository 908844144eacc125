import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/app/app.js";
import { parseConfig } from "../../src/config/config.js";
import { createLogger } from "../../src/observability/logger.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { Database } from "../../src/ledger/database.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { TestDatabase } from "../helpers/databases.js";
import { run, serviceEnvironment } from "../helpers/processes.js";
import { graphql, increment, tryIncrement } from "../helpers/requests.js";
import { startStores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";
import { startPgBouncer, type PgBouncer, type PoolMode } from "./helpers/pgbouncer.js";

let database: TestDatabase;
let bouncer: PgBouncer;

/** Behind a pooler, too, the service must not depend on a database's settings. */
beforeAll(async () => {
  database = await TestDatabase.create(false);
  await database.query(`ALTER DATABASE ${database.name} SET timezone = 'Asia/Kolkata'`);
  await database.query(`ALTER DATABASE ${database.name} SET DateStyle = 'German'`);
  bouncer = await startPgBouncer(database.url);
});
afterAll(async () => {
  await bouncer.stop();
  await database.drop();
});

/** The environment of a deployment in each mode, with its own schema. */
function environment(mode: PoolMode): Record<string, string> {
  if (mode === "session") return { DATABASE_URL: bouncer.url(mode) };
  return { DATABASE_URL: `${bouncer.url(mode)}?schema=second`, DATABASE_DIRECT_URL: database.url };
}

async function withApp(env: Record<string, string>, use: (app: TestApp) => Promise<void>): Promise<void> {
  const stores = await startStores();
  const app = await startTestApp({ stores, env });
  try {
    await use(app);
    const checked = { ...env, REDIS_URL: stores.redis.url, SYNC_INTERVAL_MS: "50" };
    expect(await run(["src/cli.ts", "check"], checked)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/agree/) as string,
    });
  } finally {
    await app.stop();
    await stores.stop();
  }
}

async function timesOf(app: TestApp, userId: string): Promise<number[]> {
  const query = "query ($userId: ID!) { scoreHistory(userId: $userId) { edges { node { occurredAt } } } }";
  const { data, errors } = await graphql(app, { query, variables: { userId } });
  expect(errors).toBeUndefined();
  const { edges } = data?.scoreHistory as { edges: { node: { occurredAt: string } }[] };
  return edges.map(({ node }) => Date.parse(node.occurredAt));
}

describe.each<PoolMode>(["session", "transaction"])("behind PgBouncer in %s mode", (mode) => {
  it("migrates, twice", async () => {
    const env = environment(mode);
    expect(await run(["src/cli.ts", "migrate"], env)).toMatchObject({ code: 0, stderr: "" });
    expect(await run(["src/cli.ts", "migrate"], env)).toMatchObject({ code: 0, stdout: "the schema is up to date\n" });
  });

  it("syncs many changes, answers history with the right times, and recovers after Redis was lost", async () => {
    await withApp(environment(mode), async (app) => {
      const token = app.token("service", "service");
      const before = Date.now();
      const users = Array.from({ length: 20 }, (_, n) => `user${n}`);
      for (let round = 0; round < 5; round += 1) {
        await Promise.all(users.map((userId) => increment(app, token, { userId, scoreIncrement: 1 })));
      }
      await waitFor(async () => (await timesOf(app, "user0")).length === 5);
      const after = Date.now();
      for (const times of await Promise.all(users.map((userId) => timesOf(app, userId)))) {
        expect(times).toHaveLength(5);
        expect(Math.min(...times)).toBeGreaterThanOrEqual(before - 1);
        expect(Math.max(...times)).toBeLessThanOrEqual(after + 1);
      }
      await app.stores.redisClient.flushall();
      await waitFor(
        async () => (await tryIncrement(app, token, { userId: "user0", scoreIncrement: 1 })).errors === undefined,
      );
      const { data } = await graphql(app, { query: '{ playerScore(userId: "user0") { score } }' });
      expect(data).toEqual({ playerScore: { score: 6 } });
    });
  });
});

describe("behind PgBouncer in transaction mode", () => {
  it("keeps the times that Prisma's models write, whichever session they use", async () => {
    const { serving } = databaseAddresses(`${bouncer.url("transaction")}?schema=second`, database.url);
    const client = new Database({ address: serving, statementTimeoutMs: 5_000 });
    try {
      const expiresAt = new Date("2030-06-01T12:00:00.123Z");
      const tokens = Array.from({ length: 8 }, (_, n) => ({
        data: { sha256: Buffer.alloc(32, n), subject: "ada", role: "player", expiresAt },
      }));
      const made = await Promise.all(tokens.map((token) => client.prisma.apiToken.create(token)));
      expect(made.map((token) => token.expiresAt)).toEqual(tokens.map(() => expiresAt));
      const kept = "SELECT DISTINCT extract(epoch FROM expires_at) * 1000 = $1 AS same FROM second.api_tokens";
      expect(await database.query(kept, [expiresAt.getTime()])).toEqual([{ same: true }]);
    } finally {
      await client.stop();
    }
  });

  it("leaves nothing behind in the sessions that other clients use next", async () => {
    const names = ["statement_timeout", "lock_timeout", "idle_session_timeout", "search_path"];
    const settings = `SELECT name, setting FROM pg_settings WHERE name = ANY('{${names.join()}}') ORDER BY name`;
    const client = new Client({ connectionString: bouncer.url("transaction") });
    await client.connect();
    try {
      const expected = await database.query(settings);
      for (let turn = 0; turn < 4; turn += 1) expect((await client.query(settings)).rows).toEqual(expected);
      expect((await client.query("SHOW timezone")).rows).toEqual([{ TimeZone: "Asia/Kolkata" }]);
    } finally {
      await client.end();
    }
  });

  it("says that DATABASE_DIRECT_URL is needed when it is missing", async () => {
    const stores = await startStores();
    const DATABASE_URL = `${bouncer.url("transaction")}?schema=second`;
    const config = parseConfig({ ...serviceEnvironment(stores), DATABASE_URL, SYNC_INTERVAL_MS: "50" });
    const worker = createApp(config, "worker", createLogger("silent"), "test");
    await worker.start();
    try {
      await waitFor(async () => {
        const response = await fetch(`http://127.0.0.1:${worker.opsPort}/readyz`);
        return (await response.text()).includes("DATABASE_DIRECT_URL");
      }, 20_000);
    } finally {
      await worker.stop();
      await stores.stop();
    }
  });
});
