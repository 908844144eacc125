import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startRedis, type RedisHandle } from "../../scripts/stack.js";
import { databaseAddresses } from "../../src/sync/database-url.js";
import { Database } from "../../src/sync/database.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { codeOf, increment, tryIncrement } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { nextUpdate, subscription, updatesUntil } from "../helpers/updates.js";
import { waitFor } from "../helpers/wait-for.js";
import { TcpProxy } from "./helpers/tcp-proxy.js";

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

test("connections that stay open to a server which was demoted are left for the new one", async () => {
  const token = app.token("referee", "service");
  const viewer = await SocketClient.connect(app.wsUrl);
  onTestFinished(() => viewer.close());
  viewer.subscribe(subscription);
  await nextUpdate(viewer);
  await increment(app, token, { userId: "ada", scoreIncrement: 5 });
  const promoted = new Redis(second.url);
  onTestFinished(() => promoted.disconnect());
  await waitFor(async () => (await promoted.zscore("lb:{main}:scores", "ada")) === "5");

  // The old one is a replica now, and the name still leads to it.
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
  // Channels, too: what is said on the old server is heard by nobody.
  const clients = String(await stores.redisClient.client("LIST"));
  expect(clients).not.toContain("standings-");
}, 30_000);

test("connections to PostgreSQL are renewed, so that they don't stay with a server that became a standby", async () => {
  const { serving: address } = databaseAddresses(stores.databaseUrl);
  const database = new Database({ address, statementTimeoutMs: 5_000, lifetimeSeconds: 1 });
  onTestFinished(() => database.stop());
  const session = async () => {
    const [row] = await database.prisma.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    return row?.pid;
  };
  const before = await session();
  await waitFor(async () => (await session()) !== before, 5_000);
});
