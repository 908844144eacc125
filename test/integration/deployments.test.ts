import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Redis } from "ioredis";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { codeOf, increment, tryIncrement } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { nextUpdate, subscription, updatesUntil } from "../helpers/updates.js";
import { waitFor } from "../helpers/wait-for.js";

/** Two deployments on one Redis server, on databases 0 and 1, each with its own PostgreSQL database. */

let blue: Stores;
let green: Stores;
let blueApp: TestApp;
let greenApp: TestApp;

beforeAll(async () => {
  [blue, green] = await Promise.all([startStores(), startStores()]);
  blueApp = await startTestApp({ stores: blue, env: { DURABILITY: "postgres" } });
  greenApp = await startTestApp({ stores: green, env: greenEnv() });
});
afterAll(async () => {
  await Promise.all([greenApp.stop(), blueApp.stop()]);
  await Promise.all([green.stop(), blue.stop()]);
});

function greenEnv() {
  return { REDIS_URL: `${blue.redis.url}/1`, DURABILITY: "postgres" };
}

function database(number: number): Redis {
  const client = new Redis(`${blue.redis.url}/${number}`);
  onTestFinished(() => client.disconnect());
  return client;
}

async function watch(app: TestApp): Promise<SocketClient> {
  const socket = await SocketClient.connect(app.wsUrl);
  onTestFinished(() => socket.close());
  socket.subscribe(subscription);
  await nextUpdate(socket);
  return socket;
}

const token = () => blueApp.token("referee", "service");

/** Whether a change by one process reaches a viewer of another within a second: over the channel, not by polling. */
async function hears(viewer: SocketClient, sender: TestApp): Promise<boolean> {
  const begin = performance.now();
  const { revision } = await increment(sender, token(), { userId: "hears", scoreIncrement: 1 });
  await updatesUntil(viewer, revision);
  return performance.now() - begin < 300;
}

test("viewers of one never see scores of the other, though their boards have the same names", async () => {
  const [blueViewer, greenViewer] = await Promise.all([watch(blueApp), watch(greenApp)]);
  await increment(greenApp, token(), { userId: "green", scoreIncrement: 7 });
  for (let count = 0; count < 5; count += 1) await increment(greenApp, token(), { userId: "green", scoreIncrement: 1 });
  const { revision } = await increment(blueApp, token(), { userId: "blue", scoreIncrement: 1 });
  const updates = await updatesUntil(blueViewer, revision);
  expect(JSON.stringify(updates)).not.toContain("green");
  const last = await increment(greenApp, token(), { userId: "green", scoreIncrement: 1 });
  expect(JSON.stringify(await updatesUntil(greenViewer, last.revision))).not.toContain("blue");
});

test("nothing is acknowledged because of the contents of the other's PostgreSQL", async () => {
  const own = await startStores();
  onTestFinished(() => own.stop());
  // An API without a worker runs on database 2. Its board is open at a position that green's board will pass.
  const app = await startTestApp({
    stores: own,
    role: "api",
    env: { REDIS_URL: `${blue.redis.url}/2`, DURABILITY: "postgres" },
  });
  onTestFinished(() => app.stop());
  const redis = database(2);
  const runId = /run_id:(\w+)/.exec(await redis.info("server"))?.[1] ?? "";
  await redis.hset("lb:{main}:meta", { epoch: 1, revision: 0, base: 0, fence: 1, run_id: runId });
  const waiting = tryIncrement(app, token(), { userId: "unsaved", scoreIncrement: 1 });
  for (let count = 0; count < 5; count += 1) await increment(greenApp, token(), { userId: "green", scoreIncrement: 1 });
  expect(codeOf(await waiting)).toBe("UNKNOWN_OUTCOME");
});

describe("processes of one deployment", () => {
  test("find each other again within seconds after Redis was emptied or got a copy of another's data", async () => {
    const second = await startTestApp({ stores: green, role: "api", env: greenEnv() });
    onTestFinished(() => second.stop());
    const viewer = await watch(second);
    expect(await hears(viewer, greenApp)).toBe(true);

    const redis = database(1);
    for (const id of [undefined, await database(0).get("lb:deployment")]) {
      await redis.flushdb();
      // Restoring a copy of the other's data here would write this id.
      if (typeof id === "string") await redis.set("lb:deployment", id);
      await waitFor(
        async () => codeOf(await tryIncrement(greenApp, token(), { userId: "again", scoreIncrement: 1 })) === undefined,
      );
      await waitFor(() => hears(viewer, greenApp), 5_000);
    }
    expect(await redis.get("lb:deployment")).toBe(await database(0).get("lb:deployment"));

    // The same id on two databases: there are still two deployments.
    const blueViewer = await watch(blueApp);
    await increment(greenApp, token(), { userId: "green", scoreIncrement: 1 });
    const { revision } = await increment(blueApp, token(), { userId: "blue", scoreIncrement: 1 });
    expect(JSON.stringify(await updatesUntil(blueViewer, revision))).not.toContain("green");
  }, 30_000);
});
