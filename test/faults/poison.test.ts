import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serviceEnvironment } from "../helpers/processes.js";
import { findFreePort } from "../../scripts/stack.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";
import { expectSum, readBoth, untilSettled } from "./helpers/both-stores.js";
import { RoleProcess } from "./helpers/role-process.js";
import { send } from "./helpers/clients.js";
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

let stores: Stores;
let api: TestApp;

beforeAll(async () => {
  stores = await startStores();
});
afterAll(async () => {
  await api.stop();
  await stores.stop();
});

const good = { user: "ada", increment: "1", score: "1", subject: "s", key: "", at: "1700000000000" };

/** Entries that increment.lua never writes, but a person or another program might. */
const garbage: Record<string, string[]> = {
  "an increment that is no number": fields({ ...good, increment: "many" }),
  "a score that is no whole number": fields({ ...good, score: "1.5" }),
  "an increment beyond 2^53": fields({ ...good, increment: "9007199254740993" }),
  "a score beyond 2^53": fields({ ...good, score: "9007199254740993" }),
  "a score beyond 64 bits": fields({ ...good, score: "99999999999999999999" }),
  "no fields but one": ["x", "y"],
  "no score and what follows": fields({ user: "ada", increment: "1" }),
  "a NUL in the user's id": fields({ ...good, user: "a\0da" }),
  "a time that is no time": fields({ ...good, at: "yesterday" }),
  "a time after the year 9999": fields({ ...good, at: "999999999999999" }),
  "a time before the year 1": fields({ ...good, at: "-99999999999999" }),
  "a user's id that no index takes": fields({ ...good, user: randomBytes(8_000).toString("base64") }),
  "a batch with an increment that is no number": batch(["ada", "many", "1", 0, 0]),
  "a batch with a score that is missing": batch(["ada", "1", null, 0, 0]),
  "a batch of nobody": batch([null, "1", "1", 0, 0]),
  "a batch that is no JSON": fields({ v: "2", at: good.at, n: "1", changes: "[" }),
  "a batch with fewer changes than it says": fields({ v: "2", at: good.at, n: "2", changes: '["ada","1","1",0,0]' }),
};

function batch(...changes: (string | number | null)[][]): string[] {
  return fields({ v: "2", at: good.at, n: String(changes.length), changes: JSON.stringify(changes.flat()) });
}

function fields(named: Record<string, string>): string[] {
  return Object.entries(named).flat();
}

describe("among good entries", () => {
  let own: Stores;
  let worker: Worker;
  beforeAll(async () => {
    own = await startStores();
    worker = createWorker(own);
    await passUntilSettled(worker.deps);
  });
  afterAll(async () => {
    await worker.stop();
    await own.stop();
  });

  test.for(Object.keys(garbage))("once, sum: %s is set aside, and what is around it is synced", async (kind) => {
    const before = await worker.store.applyBatch(board, [keyed(`before ${kind}`, "ada", 1)]);
    await addGarbage(own, kind);
    await worker.store.applyBatch(board, [keyed(`after ${kind}`, "ada", 1)]);
    await pass(worker.deps);
    const revision = Number(before?.position.revision);
    const content = await readBoth(own);
    expectSum(content);
    expect(content.events.slice(-2).map((event) => event.revision)).toEqual([revision, revision + 2]);
    const aside = await own.query<{ revision: string }>("SELECT revision FROM rejected_events ORDER BY revision");
    expect(aside.at(-1)).toEqual({ revision: String(revision + 1) });
  });
});

test("once, sum: of a batch only the refused change is set aside, wherever the worker is killed", async () => {
  const own = await startStores();
  const worker = createWorker(own);
  try {
    await passUntilSettled(worker.deps);
    let interrupted: string | undefined;
    let aside = 0;
    for (let at = 1; at === 1 || interrupted !== undefined; at += 1) {
      await addBatch(own, at);
      const steps = interrupt(worker.deps, at, () => Promise.reject(new Killed()));
      await pass(steps.deps).catch(() => undefined);
      ({ interrupted } = steps);
      await passUntilSettled(worker.deps);
      const content = await readBoth(own);
      expectSum(content);
      expect(content.pending).toEqual([]);
      aside += 1;
      expect(await own.query("SELECT revision % 4 AS place FROM rejected_events")).toEqual(
        Array.from({ length: aside }, () => ({ place: "2" })),
      );
    }
    expect(aside).toBeGreaterThan(10);
  } finally {
    await worker.stop();
    await own.stop();
  }
}, 60_000);

/** Four changes of a new user. PostgreSQL refuses the second one, which the standings don't have either. */
async function addBatch({ redisClient }: Stores, n: number): Promise<void> {
  const user = `user ${n}`;
  const changes = ["1", "many", "3", "4"].map((increment, at) => [user, increment, String([1, 1, 4, 8][at]), 0, 0]);
  const revision = await redisClient.hincrby("lb:{main}:meta", "revision", changes.length);
  await redisClient.zadd("lb:{main}:scores", 8, user);
  await redisClient.xadd("lb:{main}:outbox", `1-${revision}`, ...batch(...changes));
}

async function addGarbage({ redisClient }: Stores, kind: string): Promise<void> {
  const revision = await redisClient.hincrby("lb:{main}:meta", "revision", 1);
  await redisClient.xadd("lb:{main}:outbox", `1-${revision}`, ...(garbage[kind] ?? []));
}

test("sum, once: sets entries that PostgreSQL refuses aside once, with an alarm, and syncs the good entries around them", async () => {
  const opsPort = await findFreePort();
  const worker = new RoleProcess("worker", {
    ...serviceEnvironment(stores),
    OPS_PORT: String(opsPort),
    SYNC_INTERVAL_MS: "50",
  });
  try {
    worker.start();
    await worker.ready();
    api = await startTestApp({ stores, role: "api" });
    // All entries must be there when the worker looks.
    worker.signal("SIGSTOP");
    const kinds = Object.keys(garbage);
    for (const kind of kinds) {
      expect((await send(api, { userId: "ada", increment: 1, key: `before ${kind}` }, "graphql")).kind).toBe(
        "accepted",
      );
      await addGarbage(stores, kind);
    }
    expect((await send(api, { userId: "bob", increment: 1, key: "last" }, "graphql")).kind).toBe("accepted");
    worker.signal("SIGCONT");

    await waitFor(async () => (await rejected()).length === kinds.length, 20_000);
    await untilSettled(stores);
    expect((await rejected()).map(({ revision }) => Number(revision))).toEqual(kinds.map((_kind, at) => 2 * at + 2));
    const content = await readBoth(stores);
    expectSum(content);
    expect(content.standings.get("ada")).toBe(kinds.length);
    expect(content.events.map(({ key }) => key)).toEqual([...kinds.map((kind) => `before ${kind}`), "last"]);

    const metrics = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
    expect(metrics).toMatch(new RegExp(`^standings_rejected_events_total\\{board="main"\\} ${kinds.length}$`, "m"));
    const alarms = worker.log.filter(({ level, msg }) => level >= 50 && msg.includes("PostgreSQL refused a change"));
    expect(alarms).toHaveLength(kinds.length);
  } finally {
    await worker.kill();
  }
}, 60_000);

function rejected(): Promise<{ revision: string; entry: string; reason: string }[]> {
  return stores.query("SELECT revision, entry, reason FROM rejected_events ORDER BY revision");
}
