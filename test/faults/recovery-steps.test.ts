import type { Redis } from "ioredis";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Change } from "../../src/domain/change.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { expectOnce, expectSum, readBoth } from "./helpers/both-stores.js";
import {
  board,
  createWorker,
  interrupt,
  keyed,
  Killed,
  pass,
  passUntilSettled,
  type Worker,
} from "./helpers/worker-steps.js";

/**
 * Interrupts every recovery before each of its steps, on real stores. A test repeats the same recovery, each time one
 * step further, until there is no further step.
 */

let stores: Stores;
let worker: Worker;
let past: Past;

beforeAll(async () => {
  const own = await startStores();
  const client = new Client({ connectionString: own.databaseUrl });
  await client.connect();
  // One connection for all queries: the tests check hundreds of recoveries.
  const query = async <Row extends object>(sql: string, values?: unknown[]) =>
    (await (values ? client.query<Row>(sql, values) : client.query<Row>(sql))).rows;
  const stop = async () => {
    await client.end();
    await own.stop();
  };
  stores = { ...own, query, stop };
  worker = createWorker(stores);
  past = await makeHistory();
});
afterAll(async () => {
  await worker.stop();
  await stores.stop();
});

interface Answer {
  readonly change: Change;
  readonly score: number;
  readonly revision: number;
}

/** The changes that were acknowledged before the fault, and the part of them that PostgreSQL had. */
interface Before {
  readonly committed: readonly Answer[];
  readonly newest: number;
}

const first = [keyed("k1", "ada", 5), keyed("k2", "bob", 7), keyed("k3", "ada", 3)];
const second = [keyed("k4", "cleo", 2), keyed("k5", "bob", -1)];
const unsynced = [keyed("k6", "ada", 100), keyed("k7", "dora", 50)];

async function apply(changes: readonly Change[]): Promise<Answer[]> {
  const result = await worker.store.applyBatch(board, changes);
  if (!result) throw new Error("the board is closed");
  return changes.map((change, index) => {
    const outcome = result.outcomes[index];
    if (outcome?.kind !== "accepted") throw new Error(`not accepted: ${outcome?.kind}`);
    return { change, score: outcome.entry.score, revision: outcome.revision };
  });
}

/** A board with a past: changes that both stores have, and two that only Redis has. It is made once and then copied. */
async function makeHistory(): Promise<Past> {
  await passUntilSettled(worker.deps);
  const committed = await apply(first);
  const older = await copyOf(stores.redisClient);
  await pass(worker.deps);
  committed.push(...(await apply(second)));
  await pass(worker.deps);
  const tail = await apply(unsynced);
  for (const table of tables) await stores.query(`CREATE TABLE copy_of_${table} AS SELECT * FROM ${table}`);
  return { committed, newest: tail.at(-1)?.revision ?? 0, older, newestCopy: await copyOf(stores.redisClient) };
}

interface Past extends Before {
  readonly older: Copy;
  readonly newestCopy: Copy;
}

type Copy = readonly (readonly [name: string, value: Buffer])[];
const tables = ["user_scores", "score_events", "sync_cursor"];

async function goBack(): Promise<void> {
  await restore(stores.redisClient, past.newestCopy);
  const copies = tables.map((table) => `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM copy_of_${table};`);
  await stores.query(copies.join(""));
}

async function copyOf(redis: Redis): Promise<Copy> {
  const names = await redis.keys("*");
  return Promise.all(names.map(async (name) => [name, await redis.dumpBuffer(name)] as const));
}

async function restore(redis: Redis, copy: Copy): Promise<void> {
  const all = redis.multi().flushall();
  for (const [name, value] of copy) all.restore(name, 0, value);
  await all.exec();
}

const faults: [string, () => Promise<unknown>][] = [
  ["lost everything", () => stores.redisClient.flushall()],
  [
    "came back with an older copy",
    async () => {
      await restore(stores.redisClient, past.older);
      await anotherProcess();
    },
  ],
  ["restarted", anotherProcess],
];

/** Makes it look as if the board had been opened on a Redis process that no longer exists. */
async function anotherProcess(): Promise<void> {
  await stores.redisClient.hset("lb:{main}:meta", "run_id", "0");
}

/**
 * The requirements after any recovery: sums are right, no committed change is lost, its keys give the same answers as
 * before, and the next change gets a revision that was never used.
 */
async function expectRecovered({ committed, newest }: Before, step: string): Promise<void> {
  const again = await apply(committed.map(({ change }) => change));
  const [next] = await apply([keyed(`next-${Math.random()}`, "next", 1)]);
  expect(next?.revision, step).toBeGreaterThan(newest);
  await passUntilSettled(worker.deps);
  const content = await readBoth(stores);
  expectOnce(content);
  expectSum(content);
  expect(again, step).toEqual(committed);
  const keys = new Set(content.events.map(({ key }) => key));
  expect(
    committed.filter(({ change }) => !keys.has(change.idempotencyKey ?? "")),
    step,
  ).toEqual([]);
}

/** Calls `run` for step 1, 2, 3 and so on, until it reports that there was no such step. */
async function forEveryStep(run: (at: number) => Promise<string | undefined>): Promise<void> {
  const failures: string[] = [];
  let at = 1;
  for (; at < 100; at += 1) {
    let step: string | undefined;
    try {
      step = await run(at);
    } catch (error) {
      failures.push(`before step ${at}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    if (step === undefined) break;
  }
  expect(failures).toEqual([]);
  // Even a pass that finds nothing to do has this many steps.
  expect(at).toBeGreaterThan(5);
}

describe.each(faults)("when Redis %s", (_what, happen) => {
  test("sum, once, forward, acked-kept: a recovery that is killed before any step is completed by the next", async () => {
    await forEveryStep(async (at) => {
      await goBack();
      await happen();
      const steps = interrupt(worker.deps, at, () => Promise.reject(new Killed()));
      await pass(steps.deps).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      await passUntilSettled(worker.deps);
      await expectRecovered(past, steps.interrupted ?? "none");
      return steps.interrupted;
    });
  }, 60_000);

  test("sum, once, acked-kept: when Redis loses everything (again) before any step, everything is recovered", async () => {
    await forEveryStep(async (at) => {
      await goBack();
      await happen();
      const steps = interrupt(worker.deps, at, async () => {
        await stores.redisClient.flushall();
      });
      await pass(steps.deps).catch(() => undefined); // It may notice; the result must be right in the end.
      await passUntilSettled(worker.deps);
      await expectRecovered({ ...past, newest: 0 }, steps.interrupted ?? "none");
      return steps.interrupted;
    });
  }, 60_000);

  test("once, sum: a leader that slept before any step changes nothing that its successor wrote", async () => {
    await forEveryStep(async (at) => {
      await goBack();
      await happen();
      let live: Answer[] = [];
      let meta: unknown;
      const steps = interrupt(worker.deps, at, async () => {
        await passUntilSettled(worker.deps);
        live = await apply([keyed("live", "ada", 11)]);
        meta = await stores.redisClient.hgetall("lb:{main}:meta");
      });
      await pass(steps.deps).catch(() => undefined); // It learns that it no longer leads, or finds nothing to do.
      if (steps.interrupted !== undefined) {
        // Before these two steps it had no fence yet, and may become the next leader.
        const hadFence = steps.interrupted !== "ledger.takeLease" && at > 1;
        if (hadFence) expect(await stores.redisClient.hgetall("lb:{main}:meta"), steps.interrupted).toEqual(meta);
        await passUntilSettled(worker.deps);
        const again = await apply(live.map(({ change }) => change));
        expect(again, `${steps.interrupted}: the key of a change that the successor's board accepted`).toEqual(live);
      } else {
        await passUntilSettled(worker.deps);
      }
      await expectRecovered(past, steps.interrupted ?? "none");
      return steps.interrupted;
    });
  }, 60_000);
});

test("acked-kept, sum: PostgreSQL's totals stay when the standings and the outbox vanish together with a change", async () => {
  await goBack();
  // A Redis that evicts its biggest keys does this.
  await stores.redisClient.del("lb:{main}:scores", "lb:{main}:outbox");
  await passUntilSettled(worker.deps);
  const content = await readBoth(stores);
  expect(Object.fromEntries(content.standings)).toEqual({ ada: 8, bob: 6, cleo: 2 });
  expectSum(content);
});

describe("when PostgreSQL was restored from a backup", () => {
  beforeEach(async () => {
    await goBack();
    await pass(worker.deps);
    // A backup from the time when only the first changes existed.
    await stores.query("UPDATE sync_cursor SET revision = 3, fence = 1");
    await stores.query("DELETE FROM score_events WHERE revision > 3");
    await stores.query("DELETE FROM user_scores");
    await stores.query("INSERT INTO user_scores (board, user_id, score, revision) VALUES ('main', 'zoe', 9, 1)");
  });

  test("agree, forward: a recovery that is killed before any step is completed by the next", async () => {
    for (let at = 1; at < 40; at += 1) {
      const steps = interrupt(worker.deps, at, () => Promise.reject(new Killed()));
      await pass(steps.deps).catch(() => undefined);
      if (steps.interrupted === undefined) break;
    }
    await passUntilSettled(worker.deps);
    const { totals, standings, cursor, meta } = await readBoth(stores);
    expect(Object.fromEntries(standings)).toEqual({ ada: 108, bob: 6, cleo: 2, dora: 50 });
    expect(Object.fromEntries(totals)).toEqual(Object.fromEntries(standings));
    expect([cursor.epoch, cursor.revision]).toEqual([meta.epoch, meta.revision]);
    expect(meta.revision).toBeGreaterThanOrEqual(7);
  });
});

test("agree, forward: when an entry between two others vanished, PostgreSQL takes Redis' totals", async () => {
  await goBack();
  await passUntilSettled(worker.deps);
  for (const change of [keyed("g1", "ada", 1), keyed("g2", "bob", 2), keyed("g3", "cleo", 4)]) await apply([change]);
  const [, middle] = await stores.redisClient.xrange("lb:{main}:outbox", "-", "+");
  await stores.redisClient.xdel("lb:{main}:outbox", middle?.[0] ?? "");
  const before = await readBoth(stores);
  await passUntilSettled(worker.deps);
  const after = await readBoth(stores);
  expect(Object.fromEntries(after.totals)).toEqual(Object.fromEntries(before.standings));
  expect(Object.fromEntries(after.standings)).toEqual(Object.fromEntries(before.standings));
  expect(after.cursor.revision).toBe(before.meta.revision);
  const kept = after.events.map(({ key }) => key);
  expect(kept).toEqual(expect.arrayContaining(["g1", "g3"]));
  expect(kept).not.toContain("g2");
});

test("once: the keys of changes that a recovery abandons are free on every board, and all other keys are not", async () => {
  await goBack();
  await apply([keyed("gone", "ada", 1)]);
  // PostgreSQL moved on without this Redis.
  await stores.query("UPDATE sync_cursor SET epoch = epoch + 1");
  await passUntilSettled(worker.deps);
  for (const prefix of ["lb:{main}:idem", "lb:claim"]) {
    const [today] = await stores.redisClient.keys(`${prefix}:*`);
    const fields = await stores.redisClient.hkeys(today ?? "");
    expect(fields.map((field) => field.split(":").at(-1)).sort()).toEqual(
      past.committed.map(({ change }) => change.idempotencyKey),
    );
  }
});
