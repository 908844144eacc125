import { afterEach, expect, test } from "vitest";
import { Outbox } from "../../src/standings/outbox.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { codeOf, tryIncrement, updateScore } from "../helpers/requests.js";
import { waitFor } from "../helpers/wait-for.js";
import { expectAllInvariants } from "../faults/helpers/both-stores.js";
import { startLoad } from "../faults/helpers/clients.js";
import { startOwnStores, type OwnStores } from "../faults/helpers/own-stores.js";
import { Witness } from "../faults/helpers/witness.js";
import { board } from "../faults/helpers/worker-steps.js";

let stores: OwnStores;
let app: TestApp | undefined;

afterEach(async () => {
  await app?.stop();
  await stores.stop();
  app = undefined;
});

const megabyte = 2 ** 20;

/** Starts a Redis with room for some thousand changes. */
async function startSmall(): Promise<void> {
  stores = await startOwnStores();
  const used = /^used_memory:(\d+)/m.exec(await stores.redisClient.info("memory"))?.[1];
  await stores.redisClient.config("SET", "maxmemory", String(Number(used) + 4 * megabyte));
}

/** Fills memory up to this share of the limit. */
async function fill(share: number): Promise<void> {
  for (let n = 0; (await used()) < share; n += 1) {
    await stores.redisClient.set(`ballast-${n}`, "x".repeat(100_000));
  }
}

async function used(): Promise<number> {
  const info = await stores.redisClient.info("memory");
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1]);
  return field("used_memory") / field("maxmemory");
}

test("acked-kept, sum, once, bounds, agree: a Redis that fills up while PostgreSQL is away refuses writes in time, and accepts them again later", async () => {
  await startSmall();
  app = await startTestApp({ stores });
  const target = app;
  const token = target.token("referee", "service");
  await stores.postgres.pause();
  await fill(0.7); // The changes fill the rest; from zero that would take long.
  const witness = new Witness();
  const load = startLoad({ target, record: witness, plain: 8, keyed: 8, pauseMs: 0 });
  // The service refuses above 0.8, and then nothing fills the memory any more.
  await waitFor(async () => (await used()) > 0.79, 60_000);
  await waitFor(
    async () => codeOf(await tryIncrement(target, token, { userId: "u", scoreIncrement: 1 })) === "UNAVAILABLE",
    60_000,
  );

  const refused = await updateScore(target, { userId: "u", scoreIncrement: 1, authToken: token });
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  const answer = await tryIncrement(target, token, { userId: "u", scoreIncrement: 1 });
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: "UNAVAILABLE",
    retryAfter: expect.any(Number) as number,
  });
  // Redis evicted nothing, and memory stayed below the limit at which Redis itself would refuse.
  expect(await stores.redisClient.info("stats")).toMatch(/^evicted_keys:0/m);
  expect(await used()).toBeLessThan(0.95);

  await stores.redisClient.unlink(...(await stores.redisClient.keys("ballast-*")));
  await stores.postgres.resume();
  const before = witness.acknowledged.length;
  await waitFor(() => witness.acknowledged.length > before + 20, 20_000);
  await load.stop();
  await stores.redisClient.zrem("lb:{main}:scores", "nobody");
  // The few changes of this test that were not refused belong to `u`.
  await expectAllInvariants(stores, witness);
}, 120_000);

test("agree: a worker that starts on a full Redis still drains it", async () => {
  await startSmall();
  app = await startTestApp({ stores, env: { SYNC_INTERVAL_MS: "3600000" } });
  const target = app;
  const witness = new Witness();
  const load = startLoad({ target, record: witness, plain: 2, keyed: 2 });
  await waitFor(() => witness.acknowledged.length > 100);
  await load.stop();
  await stores.postgres.pause(); // So that the last drain fails.
  await app.stop();
  app = undefined;
  await stores.postgres.resume();
  expect((await new Outbox(stores.redisClient).backlog(board)).length).toBeGreaterThan(100);
  await stores.redisClient.config("SET", "maxmemory", "1000000"); // Less than what it holds.
  await expect(stores.redisClient.set("more", "x")).rejects.toThrow("OOM");

  app = await startTestApp({ stores });
  await expectAllInvariants(stores, witness);
}, 120_000);
