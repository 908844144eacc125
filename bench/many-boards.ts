import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { Client } from "pg";
import { runToEnd, type CleanUp } from "./clean-up.js";
import { sharedCores } from "./cores.js";
import { startEnvironment, type Environment } from "./environment.js";
import { readCpuSeconds, untilQuiet } from "./process-usage.js";
import { startService } from "./product.js";
import { median } from "./report-parts.js";
import { begin } from "./setup.js";

/** Boards beside the busy ones that exist, were used once, and are idle. */
const idleCounts = [0, 990, 100_000];
const busyBoards = Array.from({ length: 10 }, (_, at) => `busy-${at}`);
const perSecond = 400;
const full = { rounds: 5, seconds: 20 };
const quick = { rounds: 3, seconds: 8 };
/** Idle boards should cost no more than this. */
const goal = 1.05;

const log = (line: string): void => console.error(line);

interface Costs {
  readonly api: number;
  readonly worker: number;
  readonly redis: number;
}

// `npm run bench:boards [-- --quick]`: whether idle boards cost anything beside busy ones.
await runToEnd(async (cleanUp) => {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  const { rounds, seconds } = values.quick ? quick : full;
  const { elapsed } = await begin(log);
  const environment = await startEnvironment(sharedCores, cleanUp, log);
  const stores = await connect(environment, cleanUp);
  await stores.makeBoards("busy", busyBoards);
  const { worker, api } = await startService(environment, cleanUp);
  const pids = { api: api.pid, worker: worker.pid, redis: environment.redis.pid };

  await load(api.port, environment, seconds);
  const results = idleCounts.map((): Costs[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, idle] of idleCounts.entries()) {
      await stores.setIdle(idle);
      const costs = await measure(pids, () => load(api.port, environment, seconds));
      results[at]?.push(costs);
      log(`${idle} idle boards: ${costs.api + costs.worker + costs.redis} s`);
    }
  }
  console.log(renderTable(results));
  log(`Done in ${elapsed()} s.`);
});

async function connect({ redis, databaseUrl }: Environment, cleanUp: CleanUp) {
  const client = new Redis(redis.url);
  const sql = new Client({ connectionString: databaseUrl });
  await sql.connect();
  cleanUp.add(() => sql.end());
  cleanUp.add(() => Promise.resolve(client.disconnect()));
  /** All have an old version, so that no process takes them for news: their cost must not be that of making them. */
  const makeBoards = async (title: string, ids: readonly string[]) => {
    await sql.query(
      `INSERT INTO boards (id, title, operator, sort_order, ties, writers, unit, version)
       SELECT id, $2, 'ADD', 'HIGHEST_FIRST', 'SHARED', 'SERVICES', 'POINTS', 1 FROM unnest($1::text[]) AS id`,
      [ids, title],
    );
    await sql.query("INSERT INTO seasons (board, number, started_at) SELECT unnest($1::text[]), 1, now()", [ids]);
  };
  let present = 0;
  return {
    makeBoards,
    /** Idle boards as they are left: known to both stores, open, without work. */
    async setIdle(count: number): Promise<void> {
      const ids = Array.from({ length: Math.max(count, present) }, (_, at) => `idle-${at}`);
      const [added, removed] = [ids.slice(present, count), ids.slice(count)];
      present = count;
      await makeBoards("idle", added);
      await sql.query("INSERT INTO sync_cursor (board, epoch, revision, fence) SELECT unnest($1::text[]), 1, 0, 1", [
        added,
      ]);
      for (const table of ["seasons", "sync_cursor"]) {
        await sql.query(`DELETE FROM ${table} WHERE board = ANY($1)`, [removed]);
      }
      await sql.query("DELETE FROM boards WHERE id = ANY($1)", [removed]);
      await sql.query("VACUUM ANALYZE");
      const pipeline = client.pipeline();
      for (const id of added)
        pipeline.hset(`lb:{${id}}:meta`, { epoch: 1, revision: 0, base: 0, rules: "AHS", format: "2" });
      for (const id of removed) pipeline.unlink(`lb:{${id}}:meta`);
      await pipeline.exec();
    },
  };
}

/** Sends increments to the busy boards at a fixed rate, so that every run does the same work. */
async function load(port: number, { token }: Environment, seconds: number): Promise<void> {
  const begun = performance.now();
  const answers: Promise<void>[] = [];
  for (let sent = 0; sent < perSecond * seconds; sent += 1) {
    const wait = begun + (1_000 * sent) / perSecond - performance.now();
    if (wait > 0) await delay(wait);
    answers.push(increment(port, token, busyBoards[sent % busyBoards.length] ?? "", `user-${sent % 1_000}`));
  }
  await Promise.all(answers);
}

/** The first change of a board opens it, and is refused until then. */
async function increment(port: number, token: string, board: string, userId: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/scores/update`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ board, userId, scoreIncrement: 1 }),
    });
    const text = await response.text();
    if (response.ok) return;
    if (response.status !== 503) throw new Error(`${response.status} ${text}`);
    await delay(50);
  }
  throw new Error(`${board} was not opened`);
}

async function measure(pids: Costs, work: () => Promise<void>): Promise<Costs> {
  const read = async (): Promise<Costs> => ({
    api: await readCpuSeconds(pids.api),
    worker: await readCpuSeconds(pids.worker),
    redis: await readCpuSeconds(pids.redis),
  });
  for (const pid of Object.values(pids) as number[]) await untilQuiet(pid, 0);
  const before = await read();
  await work();
  await delay(1_200); // The worker's interval, and its pass.
  const after = await read();
  return { api: after.api - before.api, worker: after.worker - before.worker, redis: after.redis - before.redis };
}

function renderTable(results: readonly (readonly Costs[])[]): string {
  const parts = ["api", "worker", "redis"] as const;
  const total = (costs: Costs) => costs.api + costs.worker + costs.redis;
  const base = results[0] ?? [];
  const ratio = (all: readonly Costs[], of: (costs: Costs) => number) => median(all.map(of)) / median(base.map(of));
  const lines = results.map((all, at) => {
    const each = parts.map((part) => `${part} ${ratio(all, (costs) => costs[part]).toFixed(2)}`).join(", ");
    const sum = ratio(all, total);
    return `${idleCounts[at]} idle boards: ${sum.toFixed(3)} (${each})${sum > goal ? ", over the goal" : ""}`;
  });
  return [`Processor time of 10 busy boards, as a ratio to no idle boards; the goal is ${goal}`, ...lines].join("\n");
}
