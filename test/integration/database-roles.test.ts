import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyMigrations } from "../../src/ledger/migrations.js";
import { projectRoot } from "../../scripts/stack.js";
import { createApp } from "../../src/app/app.js";
import { parseConfig } from "../../src/config/config.js";
import type { App } from "../../src/lifecycle.js";
import { createLogger } from "../../src/observability/logger.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { monthOf } from "../../src/ledger/partitions.js";
import { startTestApp } from "../helpers/app.js";
import { TestDatabase } from "../helpers/databases.js";
import { logLines, run, serviceEnvironment } from "../helpers/processes.js";
import { graphql, increment } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

let database: TestDatabase;
let stores: Stores;
/** The URLs of the role that owns the tables and of the role that serves. */
let ownerUrl: string;
let appUrl: string;

/** Runs the roles and grants of docs/operations.md as they stand there, but with this test's own names. */
beforeAll(async () => {
  database = await TestDatabase.create(false);
  const page = await readFile(join(projectRoot, "docs", "operations.md"), "utf8");
  const [, sql = ""] = /^```sql\n(CREATE ROLE .*?)^```$/ms.exec(page) ?? [];
  const suffix = randomBytes(8).toString("hex");
  const [owner, app] = [`standings_owner_${suffix}`, `standings_app_${suffix}`];
  database.adoptRole(owner);
  database.adoptRole(app);
  await database.query(sql.replaceAll(/\bstandings_(owner|app)\b/g, `$&_${suffix}`));
  ownerUrl = `${database.urlFor(owner, "change me")}?schema=standings`;
  appUrl = `${database.urlFor(app, "change me, too")}?schema=standings`;
  const started = await startStores();
  stores = { ...started, databaseUrl: appUrl };
  await migrate();
});
afterAll(async () => {
  await stores.stop();
  await database.drop();
});

/** Does what `npm run migrate` does, without the time to start a process. */
async function migrate(): Promise<void> {
  await applyMigrations(databaseAddresses(ownerUrl).direct);
}

interface LoggedWorker {
  worker: App;
  log: () => ReturnType<typeof logLines>;
  readiness: () => Promise<{ status: string; reasons?: string[] }>;
}

async function startWorker(env: Record<string, string>): Promise<LoggedWorker> {
  let written = "";
  const config = parseConfig({ ...serviceEnvironment(stores), SYNC_INTERVAL_MS: "50", ...env });
  const logger = createLogger("info", { write: (line: string) => void (written += line) });
  const worker = createApp(config, "worker", logger, "test");
  await worker.start();
  return {
    worker,
    log: () => logLines(written),
    readiness: async () => {
      const response = await fetch(`http://127.0.0.1:${worker.opsPort}/readyz`);
      return (await response.json()) as { status: string; reasons?: string[] };
    },
  };
}

it("is not ready without a partition that it may not create, names it in one line, and is ready once it exists", async () => {
  const { table } = monthOf(Date.now());
  await database.query(`DROP TABLE standings.${table}`);
  const { worker, log, readiness } = await startWorker({});
  try {
    let reasons: string[] = [];
    await waitFor(async () => {
      reasons = (await readiness()).reasons ?? [];
      return reasons.some((reason) => reason.includes(table));
    });
    expect(reasons).toEqual([expect.stringMatching(/lacks the partition .*lacks a right.*Roles and grants/)]);
    await waitFor(() => log().some(({ msg }) => msg.includes("failed")));

    await migrate();
    await waitFor(async () => (await readiness()).status === "ready");
    const lines = log().filter(({ level }) => level >= 40);
    expect(lines.map(({ msg, reason, err }) => ({ msg, reason, err }))).toEqual([
      { msg: "a pass of the worker failed; it will be repeated", reason: reasons[0], err: undefined },
    ]);
    expect(log().at(-1)).toMatchObject({ msg: "the worker works again" });
  } finally {
    await worker.stop();
  }
});

it("says that it can't drop old months and that next month's partition is missing, while everything else works", async () => {
  const nextMonth = monthOf(monthOf(Date.now()).to.getTime()).table;
  await database.query(`DROP TABLE standings.${nextMonth}`);
  await database.query(
    `CREATE TABLE standings.score_events_2020_01 PARTITION OF standings.score_events
     FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-02-01 00:00+00')`,
  );
  const { worker, log, readiness } = await startWorker({ HISTORY_RETENTION_DAYS: "30" });
  try {
    await waitFor(() => log().filter(({ level }) => level >= 50).length === 2);
    const told = log().filter(({ level }) => level >= 50);
    expect(told.map(({ msg }) => msg)).toEqual([
      "can't make the history's partition of next month",
      "can't drop history that is older than HISTORY_RETENTION_DAYS",
    ]);
    for (const { reason, err } of told) {
      expect(reason).toContain("Roles and grants");
      expect(err).toBeUndefined();
    }
    await waitFor(async () => (await readiness()).status === "ready");
  } finally {
    await worker.stop();
  }
});

it("is not ready before a migration has run, and names the command for it", async () => {
  const { worker, readiness } = await startWorker({ DATABASE_URL: appUrl.replace("=standings", "=nowhere") });
  try {
    await waitFor(
      async () => (await readiness()).reasons?.some((reason) => reason.includes("npm run migrate")) ?? false,
    );
  } finally {
    await worker.stop();
  }
});

it("serves, syncs and compares as a role that owns nothing", async () => {
  const app = await startTestApp({ stores });
  try {
    await increment(app, app.token("service", "service"), { userId: "ada", scoreIncrement: 5 });
    const query = '{ scoreHistory(userId: "ada") { edges { node { score } } } }';
    await waitFor(async () => {
      const { data } = await graphql(app, { query });
      return JSON.stringify(data).includes('"score":5');
    });
    const env = { REDIS_URL: stores.redis.url, DATABASE_URL: appUrl, SYNC_INTERVAL_MS: "50" };
    expect(await run(["src/cli.ts", "check"], env)).toMatchObject({ code: 0, stdout: "main: agree (1 players)\n" });
  } finally {
    await app.stop();
  }
});
