import { describe, expect, onTestFinished, test, vi } from "vitest";
import { startTestApp, useTestApp, type TestApp } from "../helpers/app.js";
import { increment } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";

const app = useTestApp();

const subscription =
  "subscription ($limit: Int! = 10) { topScoresUpdated(limit: $limit) { revision topScores { userId score } } }";

async function connect(target = app): Promise<SocketClient> {
  const socket = await SocketClient.connect(target.wsUrl);
  onTestFinished(() => socket.close());
  return socket;
}

async function openRaw(target: TestApp): Promise<SocketClient> {
  const socket = await SocketClient.open(target.wsUrl);
  onTestFinished(() => socket.close());
  return socket;
}

async function metric(name: string, target = app): Promise<number> {
  const text = await (await fetch(`${target.opsUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
}

describe.each<[string, Record<string, string>]>([
  ["in all", { MAX_CONNECTIONS: "3" }],
  ["from one address", { MAX_CONNECTIONS_PER_ADDRESS: "3" }],
])("more connections than may be open %s", (_name, env) => {
  test("are closed with 1013, which clients take as 'try again later'; there is room again when other clients leave", async () => {
    const limited = await startTestApp({ stores: app.stores, role: "api", env });
    onTestFinished(() => limited.stop());
    const [first] = [await connect(limited), await connect(limited)];
    const left = new AbortController();
    onTestFinished(() => left.abort());
    const stream = () =>
      fetch(`${limited.url}/graphql/stream`, {
        method: "POST",
        body: JSON.stringify({ query: subscription }),
        headers: { "content-type": "application/json" },
        signal: left.signal,
      });
    expect((await stream()).status).toBe(200);
    expect(await (await openRaw(limited)).closed).toEqual({ code: 1013, reason: "Too many connections" });
    const refused = await stream();
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    await refused.text();
    first.close();
    await waitFor(async () => {
      const socket = await openRaw(limited);
      socket.send({ type: "connection_init" });
      return (await socket.next().catch(() => undefined))?.type === "connection_ack";
    });
  });
});

test("a socket with more than 100 subscriptions is closed with 1008", async () => {
  const socket = await connect();
  for (let count = 0; count < 100; count += 1) socket.subscribe(subscription, { limit: 1 + (count % 100) });
  for (let count = 0; count < 100; count += 1) expect((await socket.next()).type).toBe("next");
  socket.subscribe(subscription);
  expect(await socket.closed).toEqual({ code: 1008, reason: "Too many subscriptions" });
});

test("subscriptions that ended do not count", async () => {
  const socket = await connect();
  for (let count = 0; count < 150; count += 1) {
    const id = socket.subscribe(subscription);
    await socket.next();
    socket.send({ type: "complete", id });
  }
  expect((await socket.request("{ __typename }")).data).toEqual({ __typename: "Query" });
});

test("a socket that sends thousands of messages at once is closed with 1008", async () => {
  const socket = await connect();
  for (let count = 0; count < 20_000; count += 1) socket.send({ type: "ping" });
  expect(await socket.closed).toEqual({ code: 1008, reason: "Too many messages" });
});

describe("as time goes by", () => {
  /** Only the service's clock jumps; its timers run as usual. */
  function passTime(ms: number): void {
    const real = performance.now.bind(performance);
    const clock = vi.spyOn(performance, "now").mockImplementation(() => real() + ms);
    onTestFinished(() => clock.mockRestore());
  }

  test("a socket with no operation is closed with 1000; one with a subscription is not", async () => {
    // A service of its own: for others the clock would go back afterwards, which a monotonic clock never does.
    const timed = await startTestApp({ stores: app.stores, role: "api" });
    onTestFinished(() => timed.stop());
    const [idle, subscribed] = [await connect(timed), await connect(timed)];
    subscribed.subscribe(subscription);
    await subscribed.next();
    passTime(301_000);
    expect(await idle.closed).toEqual({ code: 1000, reason: "Idle" });
    expect((await subscribed.request("{ __typename }").catch((error: unknown) => error)) as object).toMatchObject({
      data: { __typename: "Query" },
    });
  });

  test("a viewer that reads nothing is cut off, and the other viewers get every change", async () => {
    const token = app.token("referee", "service");
    const change = (index: number, scoreIncrement = 1) =>
      increment(app, token, { userId: `${"\u{1F3C6}".repeat(250)}${index}`, scoreIncrement });
    await Promise.all(Array.from({ length: 100 }, (_, index) => change(index)));
    const stalled = await connect();
    stalled.subscribe(subscription, { limit: 100 });
    await stalled.next();
    stalled.pause();
    const live = await connect();
    live.subscribe(subscription, { limit: 1 });
    await live.next();
    const closedBefore = await metric("standings_closed_slow_connections_total");
    // Messages of 100 KB, until the kernel takes no more. A viewer that is only late skips a message now and then. The
    // kernel may take one more message later; only from then on does the viewer count as stalled.
    await waitFor(async () => {
      await change(0);
      return (await metric("standings_conflated_messages_total")) > 20;
    }, 60_000);
    passTime(11_000);
    await waitFor(async () => (await metric("standings_closed_slow_connections_total")) === closedBefore + 1, 30_000);
    const { revision } = await increment(app, token, { userId: "last", scoreIncrement: 1_000_000 });
    await live.nextUntil(({ payload }) => JSON.stringify(payload).includes(`"revision":${revision}`));
  }, 90_000);
});
