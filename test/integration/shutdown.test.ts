import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { codeOf, tryIncrement, updateScore } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

/** The process must end within 10 s, so the service must stop before. */
const stopLimitMs = 9_000;
/** The timer syncs nothing: every change in PostgreSQL comes from the last drain. */
const neverByTheClock = { SYNC_INTERVAL_MS: "3600000" };

async function storesForTest(): Promise<Stores> {
  const stores = await startStores();
  onTestFinished(() => stores.stop());
  return stores;
}

async function expectToStop(app: TestApp): Promise<void> {
  const stopped = app.stop().then(() => "stopped");
  expect(await Promise.race([stopped, delay(stopLimitMs, "still running")])).toBe("stopped");
}

async function ledgerScore(stores: Stores, userId: string): Promise<number> {
  const sql = "SELECT score::text FROM user_scores WHERE user_id = $1";
  return Number((await stores.query<{ score: string }>(sql, [userId]))[0]?.score ?? 0);
}

/** A connection on which this text was sent, and nothing follows. */
async function startRequest(app: TestApp, text: string): Promise<Socket> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write(text);
  // The answer to another request shows that the server has read the earlier data.
  expect((await updateScore(app, {})).status).toBe(401);
  return socket;
}

const head = "POST /graphql HTTP/1.1\r\nHost: x\r\n";
const headers = `${head}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n`;

test("under load, every acknowledged increment counts and reaches PostgreSQL, and no request hangs", async () => {
  const stores = await storesForTest();
  const app = await startTestApp({ stores, env: neverByTheClock });
  const target = { url: app.url };
  const token = app.token("referee", "service");
  let acknowledged = 0;
  let stopping = false;
  const clients = Array.from({ length: 20 }, async () => {
    for (;;) {
      try {
        const answer = await tryIncrement(target, token, { userId: "u", scoreIncrement: 1 });
        if (answer.status === 200 && codeOf(answer) === undefined) acknowledged += 1;
        else if (stopping) return;
      } catch {
        // The connection was closed, or the listener is gone.
        return;
      }
    }
  });
  await waitFor(() => acknowledged > 100);
  stopping = true;
  await expectToStop(app);
  await Promise.all(clients);
  const counted = Number(await stores.redisClient.zscore("lb:{main}:scores", "u"));
  expect(counted).toBeGreaterThanOrEqual(acknowledged);
  // Each of the 20 writers may have lost at most one answer.
  expect(counted).toBeLessThanOrEqual(acknowledged + 20);
  expect(await ledgerScore(stores, "u")).toBe(counted);
  expect(await stores.redisClient.xlen("lb:{main}:outbox")).toBe(0);
});

test("an increment that waits for Redis when the stop begins is answered, and its connection delays nothing", async () => {
  const stores = await storesForTest();
  const app = await startTestApp({ stores, env: neverByTheClock });
  await stores.redisClient.call("CLIENT", "PAUSE", "500", "WRITE");
  const answer = updateScore(app, { userId: "u", scoreIncrement: 1, authToken: app.token("u") });
  await waitFor(async () => /^blocked_clients:[1-9]/m.test(await stores.redisClient.info("clients")));
  const stopped = expectToStop(app);
  expect((await answer).status).toBe(200);
  await stopped;
  expect(await ledgerScore(stores, "u")).toBe(1);
});

test("neither a Redis that hangs nor an increment that waits for it keeps the service from stopping", async () => {
  const stores = await storesForTest();
  const app = await startTestApp({ stores, env: neverByTheClock });
  const target = { url: app.url };
  await stores.redisClient.call("CLIENT", "PAUSE", "60000", "WRITE");
  const answer = tryIncrement(target, app.token("u"), { userId: "u", scoreIncrement: 1 });
  await waitFor(async () => /^blocked_clients:[1-9]/m.test(await stores.redisClient.info("clients")));
  const stopped = expectToStop(app);
  expect(["UNKNOWN_OUTCOME", "UNAVAILABLE"]).toContain(codeOf(await answer));
  await stopped;
});

test("a Redis that is gone does not keep the service from stopping", async () => {
  const stores = await storesForTest();
  const app = await startTestApp({ stores });
  await stores.redis.kill();
  await expectToStop(app);
});

test("readiness drops at once, while requests in flight still run", async () => {
  const app = await startTestApp();
  const slow = await startRequest(app, `${headers}{`);
  const stopped = app.stop();
  await waitFor(async () => (await fetch(`${app.opsUrl}/readyz`)).status === 503);
  expect((await fetch(`${app.opsUrl}/healthz`)).status).toBe(200);
  slow.destroy();
  await stopped;
});

test("clients that never end their headers or their body do not keep the service from stopping", async () => {
  const stores = await storesForTest();
  const app = await startTestApp({ stores, env: neverByTheClock });
  await startRequest(app, head);
  await startRequest(app, `${headers}{`);
  await updateScore(app, { userId: "u", scoreIncrement: 1, authToken: app.token("u") });
  await expectToStop(app);
  expect(await ledgerScore(stores, "u")).toBe(1);
});

test("a subscriber that does not answer the close does not keep the service from stopping", async () => {
  const app = await startTestApp();
  const socket = await SocketClient.connect(app.wsUrl);
  onTestFinished(() => socket.close());
  socket.subscribe("subscription { topScoresUpdated { revision } }");
  await socket.next();
  socket.pause();
  await expectToStop(app);
});

test("a viewer whose stream has ended can't open another while the service stops", async () => {
  const app = await startTestApp();
  // Sockets that don't answer the close delay the listener's stop.
  const socket = await SocketClient.connect(app.wsUrl);
  onTestFinished(() => socket.close());
  socket.pause();
  const open = () =>
    fetch(`${app.url}/graphql/stream`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "subscription { topScoresUpdated { revision } }" }),
    });
  const ended = (await open()).text();
  const stopped = expectToStop(app);
  await expect(ended).rejects.toThrow();
  const again = await open();
  expect(again.status).toBe(503);
  expect(await again.json()).toMatchObject({ success: false });
  await stopped;
});

test("viewers are closed with 1001 over DRAIN_SECONDS; meanwhile new requests and sockets get 503", async () => {
  const app = await startTestApp({ env: { DRAIN_SECONDS: "1" } });
  const sockets = await Promise.all(Array.from({ length: 4 }, () => SocketClient.connect(app.wsUrl)));
  const begin = performance.now();
  const closings = sockets.map(async ({ closed }) => ({ ...(await closed), afterMs: performance.now() - begin }));
  const stopped = expectToStop(app);
  await waitFor(async () => (await fetch(`${app.opsUrl}/readyz`)).status === 503);
  const refused = await fetch(`${app.url}/graphql?query={__typename}`);
  expect({ status: refused.status, retryAfter: refused.headers.get("retry-after") }).toEqual({
    status: 503,
    retryAfter: "1",
  });
  await expect(SocketClient.open(app.wsUrl)).rejects.toMatchObject({ status: 503 });
  const closed = await Promise.all(closings);
  expect(closed.map(({ code }) => code)).toEqual([1001, 1001, 1001, 1001]);
  // The last of four is due after three quarters of the time.
  expect(Math.max(...closed.map(({ afterMs }) => afterMs))).toBeGreaterThanOrEqual(750);
  await stopped;
});

test("a second stop changes nothing", async () => {
  const stores = await storesForTest();
  const app = await startTestApp({ stores });
  await Promise.all([app.stop(), app.stop()]);
});
