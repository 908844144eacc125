import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startRedis, type RedisHandle } from "../../scripts/stack.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { codeOf, increment, tryIncrement } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { nextUpdate, subscription, updatesUntil } from "../helpers/updates.js";
import { waitFor } from "../helpers/wait-for.js";
import { startOwnStores } from "../faults/helpers/own-stores.js";
import { TcpProxy } from "../faults/helpers/tcp-proxy.js";

/** A primary and a replica behind one name, as a managed Redis has them. */

let stores: Stores;
let dir: string;
let second: RedisHandle;
let name: TcpProxy;
let app: TestApp;

beforeAll(async () => {
  stores = await startStores();
  dir = await mkdtemp(join(tmpdir(), "standings-replica-"));
  second = await startRedis({ dir, persistent: true, args: ["--replicaof", "127.0.0.1", String(stores.redis.port)] });
  name = await TcpProxy.to(stores.redis.url);
  app = await startTestApp({
    stores,
    env: { REDIS_URL: name.through(stores.redis.url), DURABILITY: "postgres" },
  });
});
afterAll(async () => {
  await app.stop();
  await name.stop();
  await Promise.all([second.stop(), stores.stop()]);
  await rm(dir, { recursive: true, force: true });
});

async function readiness(): Promise<{ status: number; text: string }> {
  const response = await fetch(`${app.opsUrl}/readyz`);
  return { status: response.status, text: await response.text() };
}

test("the service drops open connections to a demoted Redis and connects to the new primary", async () => {
  const token = app.token("referee", "service");
  const viewer = await SocketClient.connect(app.wsUrl);
  onTestFinished(() => viewer.close());
  viewer.subscribe(subscription);
  await nextUpdate(viewer);
  await increment(app, token, { userId: "ada", scoreIncrement: 5 });
  const promoted = new Redis(second.url);
  onTestFinished(() => promoted.disconnect());
  await waitFor(async () => (await promoted.zscore("lb:{main}:scores", "ada")) === "5");

  // The old server is a replica now, and the name still leads to it.
  await promoted.replicaof("NO", "ONE");
  await stores.redisClient.replicaof("127.0.0.1", second.port);
  const refused = await tryIncrement(app, token, { userId: "ada", scoreIncrement: 1 });
  expect(codeOf(refused)).toMatch(/^(UNAVAILABLE|RECOVERING)$/);
  await waitFor(async () => (await readiness()).text.includes("is a read-only replica"));
  expect((await readiness()).status).toBe(503);
  expect((await readiness()).text).toContain("REDIS_URL");

  name.lead(second.url);
  await waitFor(async () => codeOf(await tryIncrement(app, token, { userId: "ada", scoreIncrement: 1 })) === undefined);
  await waitFor(async () => (await readiness()).status === 200);
  const { entry, revision } = await increment(app, token, { userId: "ada", scoreIncrement: 1 });
  expect(entry.score).toBe(7);
  expect((await updatesUntil(viewer, revision)).at(-1)?.topScores).toMatchObject([{ userId: "ada", score: 7 }]);
  expect(await promoted.zscore("lb:{main}:scores", "ada")).toBe("7");
  // Checks channels, too: no process hears a message that is published on the old server.
  const clients = String(await stores.redisClient.client("LIST"));
  expect(clients).not.toContain("standings-");
}, 30_000);

test("a worker leaves a PostgreSQL standby, reports it, and works once there is a primary", async () => {
  const own = await startOwnStores();
  onTestFinished(() => own.stop());
  const worker = await startTestApp({ stores: own, role: "worker" });
  onTestFinished(() => worker.stop());
  const check = async () => (await fetch(`${worker.opsUrl}/readyz`)).text();

  await own.postgres.stop();
  await writeFile(join(dirname(own.postgres.logFile), "data", "standby.signal"), "");
  await own.postgres.restart();
  await waitFor(async () => (await check()).includes("PostgreSQL is a standby that takes no writes"), 20_000);
  const sessions = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'standings%'";
  await waitFor(async () => (await own.query(sessions)).length === 0);

  await own.query("SELECT pg_promote()");
  await waitFor(async () => (await check()) === '{"status":"ready"}', 20_000);
}, 60_000);
