import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findFreePort } from "../../scripts/stack.js";
import { incrementsQueue } from "../../src/ingest/queues.js";
import { TcpProxy } from "../faults/helpers/tcp-proxy.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { run, serviceEnvironment, startService } from "../helpers/processes.js";
import { codeOf, expectRefusal, increment, type Target } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";
import { enqueue, enqueueBatch, enqueueOverRest, QueueWatch, scoreOf } from "./helpers/enqueue.js";
import { startBroker, type Broker } from "./helpers/rabbitmq.js";

/** The limit for a request, plus a margin for a slow machine. */
const deadlineMs = 5_500;
const soonMs = 1_000;

let broker: Broker;
let proxy: TcpProxy;
let stores: Stores;
let watch: QueueWatch;
let worker: TestApp;
let ingest: TestApp;
/** Reaches the broker through the proxy; the role ingest reaches it directly. */
let api: TestApp;
let referee: string;

beforeAll(async () => {
  [broker, stores] = await Promise.all([startBroker(), startStores()]);
  proxy = await TcpProxy.to(broker.url);
  watch = new QueueWatch(broker.url);
  worker = await startTestApp({ role: "worker", stores });
  ingest = await startTestApp({ role: "ingest", stores, env: { AMQP_URL: broker.url } });
  api = await startTestApp({ role: "api", stores, env: { AMQP_URL: proxy.through(broker.url) } });
  referee = api.token("referee", "service");
});
afterAll(async () => {
  await watch.stop();
  for (const app of [api, ingest, worker]) await app.stop();
  await proxy.stop();
  await broker.stop();
  await stores.stop();
});

interface Told {
  code: string | undefined;
  ms: number;
}

async function tell(userId: string, target: Target = api, idempotencyKey?: string): Promise<Told> {
  const start = performance.now();
  const change = { userId, scoreIncrement: 1, ...(idempotencyKey !== undefined && { idempotencyKey }) };
  const answer = await enqueue(target, referee, change);
  return { code: codeOf(answer), ms: performance.now() - start };
}

async function isReady(app: TestApp): Promise<boolean> {
  return (await fetch(`${app.opsUrl}/readyz`)).ok;
}

const untilAccepted = (userId: string) => waitFor(async () => (await tell(userId)).code === undefined, 20_000);

describe("without AMQP_URL", () => {
  test("both ways to enqueue say so, and the direct way works", async () => {
    const plain = await startTestApp({ role: "api", stores });
    const answer = await enqueue(plain, referee, { userId: "off", scoreIncrement: 1 });
    expect(answer.errors?.[0]).toMatchObject({
      message: "This server has no message broker, so nothing was accepted. Update the score directly.",
      extensions: { code: "UNAVAILABLE" },
    });
    expectRefusal(await enqueueOverRest(plain, referee, { userId: "off", scoreIncrement: 1 }), 503);
    expect((await increment(plain, referee, { userId: "off", scoreIncrement: 1 })).entry.score).toBe(1);
    await plain.stop();
  });

  test("the role ingest refuses to start", async () => {
    const { code, stderr } = await run(["src/main.ts", "ingest"], serviceEnvironment(stores));
    expect(code).toBe(78);
    expect(stderr).toContain("AMQP_URL");
  });
});

describe("a broker that is away", () => {
  test("from the start is UNAVAILABLE, and the rest of the API works", async () => {
    const port = await findFreePort();
    const early = await startTestApp({ role: "api", stores, env: { AMQP_URL: `amqp://127.0.0.1:${port}` } });
    const { code, ms } = await tell("early", early);
    expect(code).toBe("UNAVAILABLE");
    expect(ms).toBeLessThan(soonMs);
    const overRest = await enqueueOverRest(early, referee, { userId: "early", scoreIncrement: 1 });
    expectRefusal(overRest, 503);
    expect(overRest.headers.get("retry-after")).toBe("1");
    const changes = ["early", "later"].map((userId) => ({ userId, increment: 1 }));
    for (const send of Object.values(enqueueBatch)) {
      const message = "The message broker does not answer. Nothing was accepted; try again shortly.";
      expect(await send(early, referee, { changes })).toEqual(
        changes.map(({ userId }) => ({ userId, code: "UNAVAILABLE", message, retryAfter: 1 })),
      );
    }
    expect(await isReady(early)).toBe(true);
    expect((await increment(early, referee, { userId: "early", scoreIncrement: 1 })).entry.score).toBe(1);
    await early.stop();
  });

  test("during a restart is UNAVAILABLE, and confirmed increments are still applied", async () => {
    await stores.redis.pause();
    expect((await tell("kept")).code).toBeUndefined();
    await broker.server.kill();
    // Until the API notices the broken connection, the outcome is unknown.
    await waitFor(async () => (await tell("lost")).code === "UNAVAILABLE", soonMs);
    await stores.redis.resume();
    await waitFor(async () => !(await isReady(ingest)));
    await broker.server.restart();
    await waitFor(async () => (await scoreOf(api, "kept")) === 1, 20_000);
    await untilAccepted("back");
    await waitFor(() => isReady(ingest));
    expect(await scoreOf(api, "lost")).toBeUndefined();
  });

  test("because it is frozen is UNKNOWN_OUTCOME for sent increments, and UNAVAILABLE at once for later ones", async () => {
    await untilAccepted("thaws");
    await waitFor(async () => (await scoreOf(api, "thaws")) === 1);
    await broker.server.pause();
    const first = await tell("thaws");
    const second = await tell("thaws");
    await broker.server.resume();
    expect(first.code).toBe("UNKNOWN_OUTCOME");
    expect(first.ms).toBeLessThan(deadlineMs);
    expect(second.code).toBe("UNAVAILABLE");
    expect(second.ms).toBeLessThan(soonMs);
    await untilAccepted("thaws");
    await waitFor(async () => [2, 3].includes((await scoreOf(api, "thaws")) ?? 0));
  });
});

describe("a confirm that gets lost", () => {
  test("is UNKNOWN_OUTCOME, and the increment counts once when it is sent again with the same key", async () => {
    await untilAccepted("ready");
    proxy.treat("down", "blackhole");
    const { code, ms } = await tell("keyed", api, "key 1");
    expect(code).toBe("UNKNOWN_OUTCOME");
    expect(ms).toBeLessThan(deadlineMs);
    await waitFor(async () => (await scoreOf(api, "keyed")) === 1);
    proxy.heal();
    await waitFor(async () => (await tell("keyed", api, "key 1")).code === undefined, 20_000);
    await tell("after keyed");
    await waitFor(async () => (await scoreOf(api, "after keyed")) === 1);
    expect(await scoreOf(api, "keyed")).toBe(1);
  });

  test("is UNKNOWN_OUTCOME for each change of a batch, whose messages are all sent before one is confirmed", async () => {
    await untilAccepted("ready");
    proxy.treat("down", "blackhole");
    const changes = Array.from({ length: 50 }, (_none, index) => ({ userId: `at once ${index}`, increment: 1 }));
    const start = performance.now();
    const results = await enqueueBatch.REST(api, referee, { changes });
    expect(performance.now() - start).toBeLessThan(deadlineMs);
    expect(new Set(results.map(({ code }) => code))).toEqual(new Set(["UNKNOWN_OUTCOME"]));
    proxy.heal();
    for (const { userId } of changes) await waitFor(async () => (await scoreOf(api, userId)) === 1);
  });

  test("together with its connection is UNKNOWN_OUTCOME at once, and nothing is sent twice", async () => {
    await untilAccepted("ready");
    proxy.treat("down", "blackhole");
    const told = tell("plain");
    await waitFor(async () => (await scoreOf(api, "plain")) === 1);
    proxy.heal();
    expect(await told).toMatchObject({ code: "UNKNOWN_OUTCOME" });
    await untilAccepted("after plain");
    await waitFor(async () => (await scoreOf(api, "after plain")) !== undefined);
    expect(await scoreOf(api, "plain")).toBe(1);
  });
});

test("notices a deleted queue at once, and creates it anew", async () => {
  await untilAccepted("ready");
  await waitFor(async () => (await watch.waiting()) === 0);
  // Without ingest, only the publisher can create the queue anew.
  await ingest.stop();
  await watch.connection.queueDelete({ queue: incrementsQueue.queue });
  expect((await tell("nowhere")).code).toBe("UNAVAILABLE");
  await untilAccepted("anew");
  expect(await watch.waiting()).toBe(1);
  await ingest.restart();
  await waitFor(async () => (await scoreOf(api, "anew")) === 1);
  expect(await scoreOf(api, "nowhere")).toBeUndefined();
});

test("applies increments that waited while Redis was away, once it is back, at full speed", async () => {
  await untilAccepted("ready");
  await stores.redis.kill();
  const count = 2_000;
  for (let sent = 0; sent < count; sent += 100) {
    const codes = await Promise.all(Array.from({ length: 100 }, async () => (await tell("waits")).code));
    expect(codes.every((code) => code === undefined)).toBe(true);
  }
  await stores.redis.restart();
  const start = performance.now();
  await waitFor(async () => (await scoreOf(api, "waits")) === count, 20_000);
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("does not acknowledge an increment that is less durable than promised", async () => {
  await ingest.stop();
  // The worker does not report PostgreSQL's position, as it runs with another DURABILITY.
  const env = { AMQP_URL: broker.url, DURABILITY: "postgres" };
  const waitsForEver = await startTestApp({ role: "ingest", stores, env });
  await untilAccepted("durable");
  await waitFor(async () => (await scoreOf(api, "durable")) === 1);
  await waitsForEver.stop();
  // The broker takes the message back once it notices that the connection is gone.
  await waitFor(async () => (await watch.waiting()) === 1);
  await ingest.restart();
  await waitFor(async () => (await watch.waiting()) === 0);
  expect(await scoreOf(api, "durable")).toBe(1);
});

test("with several processes, the role all has a single one that applies increments", async () => {
  await ingest.stop();
  const all = await startService(stores, "all", { AMQP_URL: broker.url, WEB_CONCURRENCY: "2" });
  expect((await tell("supervised", all)).code).toBeUndefined();
  await waitFor(async () => (await scoreOf(api, "supervised")) === 1);
  all.program.signal("SIGTERM");
  expect((await all.program.ended).code).toBe(0);
  await ingest.restart();
});

test("at SIGTERM the role ingest finishes the increments that it holds, and leaves the rest to other processes", async () => {
  await ingest.stop();
  const process = await startService(stores, "ingest", { AMQP_URL: broker.url });
  const count = 500;
  const codes = Promise.all(Array.from({ length: count }, async () => (await tell("graceful")).code));
  await waitFor(async () => ((await scoreOf(api, "graceful")) ?? 0) > 0);
  process.program.signal("SIGTERM");
  expect((await process.program.ended).code).toBe(0);
  expect((await codes).every((code) => code === undefined)).toBe(true);
  const applied = (await scoreOf(api, "graceful")) ?? 0;
  await waitFor(async () => applied + (await watch.waiting()) === count);
  await ingest.restart();
  await waitFor(async () => (await scoreOf(api, "graceful")) === count);
});
