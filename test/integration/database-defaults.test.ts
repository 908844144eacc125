import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyMigrations } from "../../src/ledger/migrations.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { Database } from "../../src/ledger/database.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { TestDatabase } from "../helpers/databases.js";
import { run } from "../helpers/processes.js";
import { graphql, increment, tryIncrement } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

/** Settings of a server, a database or a role that our code must not depend on. The last must stay last. */
const oddDefaults = {
  timezone: "'Asia/Kolkata'",
  DateStyle: "'SQL, DMY'",
  IntervalStyle: "'sql_standard'",
  client_encoding: "'LATIN1'",
  standard_conforming_strings: "off",
  default_transaction_isolation: "'serializable'",
  statement_timeout: "'1s'",
  lock_timeout: "'1ms'",
  idle_session_timeout: "'1s'",
  extra_float_digits: "-15",
  bytea_output: "'escape'",
  synchronous_commit: "off",
  default_transaction_read_only: "on",
};
const hourMs = 3_600_000;

interface Page {
  edges: { node: { score: number; occurredAt: string } }[];
}

let database: TestDatabase;
let owner: string;
let stores: Stores;
let app: TestApp;
let token: string;

/** Odd defaults everywhere, and a role with a schema of its own name, as PostgreSQL's manual advises. */
beforeAll(async () => {
  database = await TestDatabase.create(false);
  owner = await database.createRole();
  await database.query(`CREATE SCHEMA AUTHORIZATION ${owner}`);
  await database.query(`ALTER ROLE ${owner} IN DATABASE ${database.name} SET DateStyle = 'German'`);
  for (const [name, value] of Object.entries(oddDefaults)) {
    await database.query(`ALTER DATABASE ${database.name} SET ${name} = ${value}`);
  }
  const [started] = await Promise.all([startStores(), migrate(database.urlFor(owner))]);
  stores = { ...started, databaseUrl: database.urlFor(owner) };
  app = await startTestApp({ stores });
  token = app.token("service", "service");
});
afterAll(async () => {
  await app.stop();
  await stores.stop();
  await database.drop();
});

/** Does what `npm run migrate` does, without the time to start a process. */
async function migrate(url: string): Promise<void> {
  await applyMigrations(databaseAddresses(url).direct);
}

function writeBehindOurBack(sql: string): Promise<unknown> {
  return database.query(`BEGIN READ WRITE; ${sql}; COMMIT`);
}

async function historyOf(target: TestApp, userId: string): Promise<{ score: number; at: number }[]> {
  const query = "query ($userId: ID!) { scoreHistory(userId: $userId) { edges { node { score occurredAt } } } }";
  const { data, errors } = await graphql(target, { query, variables: { userId } });
  expect(errors).toBeUndefined();
  return (data?.scoreHistory as Page).edges.map(({ node }) => ({ score: node.score, at: Date.parse(node.occurredAt) }));
}

async function scoreAt(userId: string, at: number): Promise<unknown> {
  const query = "query ($userId: ID!, $at: DateTime!) { scoreAt(userId: $userId, at: $at) }";
  const { data, errors } = await graphql(app, { query, variables: { userId, at: new Date(at).toISOString() } });
  expect(errors).toBeUndefined();
  return data?.scoreAt;
}

async function tablesIn(schema: string): Promise<string[]> {
  const sql = "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename !~ '[0-9]' ORDER BY 1";
  return (await database.query<{ name: string }>(sql, [schema])).map(({ name }) => name);
}
const ourTables = [
  "_prisma_migrations",
  "api_tokens",
  "audit_log",
  "boards",
  "players",
  "rejected_events",
  "score_events",
  "season_standings",
  "seasons",
  "sync_cursor",
  "user_scores",
];

describe("on a PostgreSQL whose settings are not ours", () => {
  it("says to the millisecond when a change was made, and what the total was before and after it", async () => {
    const before = Date.now();
    await increment(app, token, { userId: "ada", scoreIncrement: 5 });
    const after = Date.now();
    await waitFor(async () => (await historyOf(app, "ada")).length === 1);
    const [event] = await historyOf(app, "ada");
    expect(event?.at).toBeGreaterThanOrEqual(before - 1);
    expect(event?.at).toBeLessThanOrEqual(after + 1);
    expect(await scoreAt("ada", event?.at ?? 0)).toBe(5);
    expect(await scoreAt("ada", (event?.at ?? 0) - 1)).toBeNull();
  });

  it("remembers idempotency keys for 24 hours, and no longer, after Redis was lost", async () => {
    await increment(app, token, { userId: "bob", scoreIncrement: 5, idempotencyKey: "now" });
    await waitFor(async () => (await historyOf(app, "bob")).length === 1);
    const ages = { "of 20 hours ago": 20, "of 25 hours ago": 25 };
    let revision = -10;
    for (const [key, hours] of Object.entries(ages)) {
      await writeBehindOurBack(
        `INSERT INTO ${owner}.score_events (board, epoch, revision, user_id, increment, score, subject, idempotency_key, occurred_at)
         VALUES ('main', 1, ${(revision += 1)}, 'bob', 1, 1, 'service', '${key}', now() - interval '${hours} hours')`,
      );
    }
    await stores.redisClient.flushall();
    await waitFor(
      async () => (await tryIncrement(app, token, { userId: "eve", scoreIncrement: 1 })).errors === undefined,
    );
    const left = async (key: string) => (await stores.redisClient.pttl(`lb:{main}:idem:service:${key}`)) / hourMs;
    expect(await left("now")).toBeCloseTo(24, 1);
    expect(await left("of 20 hours ago")).toBeCloseTo(4, 1);
    expect(await left("of 25 hours ago")).toBeLessThan(0);
  });

  it("keeps the times that Prisma's models write, in the same schema as everything else", async () => {
    const { serving } = databaseAddresses(stores.databaseUrl);
    const client = new Database({ address: serving, statementTimeoutMs: 5_000 });
    try {
      const expiresAt = new Date("2030-06-01T12:00:00.123Z");
      const data = { sha256: Buffer.alloc(32, 7), subject: "ada", role: "player", expiresAt };
      expect(await client.prisma.apiToken.create({ data })).toMatchObject({
        expiresAt,
        sha256: new Uint8Array(data.sha256),
      });
      const kept = `SELECT extract(epoch FROM expires_at) * 1000 = $1 AS same FROM ${owner}.api_tokens`;
      expect(await database.query(kept, [expiresAt.getTime()])).toEqual([{ same: true }]);
    } finally {
      await client.stop();
    }
  });

  it("leaves the role's own schema as the only one that it uses", async () => {
    expect(await tablesIn(owner)).toEqual(ourTables);
    expect(await tablesIn("public")).toEqual([]);
    const env = { REDIS_URL: stores.redis.url, DATABASE_URL: stores.databaseUrl, SYNC_INTERVAL_MS: "50" };
    expect(await run(["src/cli.ts", "check"], env)).toMatchObject({ code: 0, stdout: "main: agree (3 players)\n" });
  });
});

describe("with ?schema= in DATABASE_URL", () => {
  it("uses that schema alone, beside another deployment in the same database", async () => {
    const url = new URL(database.url);
    url.searchParams.set("schema", `Second "one"`);
    await migrate(url.href);
    expect(await tablesIn(`Second "one"`)).toEqual(ourTables);
    const own = await startStores();
    const second = await startTestApp({ stores: { ...own, databaseUrl: url.href } });
    try {
      await increment(second, token, { userId: "ada", scoreIncrement: 70 });
      await waitFor(async () => (await historyOf(second, "ada")).length === 1);
      // Each still has its leader, and neither sees the other's changes.
      await increment(app, token, { userId: "cleo", scoreIncrement: 1 });
      await waitFor(async () => (await historyOf(app, "cleo")).length === 1);
      expect((await historyOf(second, "ada")).map(({ score }) => score)).toEqual([70]);
      expect((await historyOf(app, "ada")).map(({ score }) => score)).toEqual([5]);
      const env = { REDIS_URL: own.redis.url, DATABASE_URL: url.href, SYNC_INTERVAL_MS: "50" };
      expect(await run(["src/cli.ts", "check"], env)).toMatchObject({ code: 0, stdout: "main: agree (1 players)\n" });
    } finally {
      await second.stop();
      await own.stop();
    }
  });
});
