import { describe, expect, onTestFinished, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret, startTestApp, useTestApp } from "../helpers/app.js";
import { increment } from "../helpers/requests.js";
import { SocketClient, type Message } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";

const boards = "main,mixed,ids,big,paused,busy,closing";

const app = useTestApp({ env: { BOARDS: boards } });
const token = app.token("referee", "service");

async function connect(withToken?: string, target = app): Promise<SocketClient> {
  const socket = await SocketClient.connect(target.wsUrl, withToken);
  onTestFinished(() => socket.close());
  return socket;
}

const change = (board: string, userId: string, scoreIncrement = 1) =>
  increment(app, token, { board, userId, scoreIncrement });
const newest = "subscription ($board: ID!) { topScoresUpdated(board: $board) { revision } }";
const revisionOf = ({ payload }: Message) =>
  (payload as { data: { topScoresUpdated: { revision: number } } }).data.topScoresUpdated.revision;

/** Sends increments as fast as they are answered, until the test ends or stops it. */
function keepChanging(board: string): () => Promise<void> {
  const enough = new AbortController();
  const writing = (async () => {
    while (!enough.signal.aborted) await change(board, "u");
  })();
  const stop = () => {
    enough.abort();
    return writing;
  };
  onTestFinished(stop);
  return stop;
}

test("different subscriptions each get the fields that they asked for, also on one socket", async () => {
  for (const userId of ["a", "b", "c"]) await change("mixed", userId);
  const both =
    'query Q { __typename } subscription A($limit: Int! = 2) { a: topScoresUpdated(board: "mixed", limit: $limit) { ...F } } fragment F on TopScoresUpdate { topScores { userId } }';
  const named = both.replace(
    "query Q { __typename }",
    'subscription B { b: topScoresUpdated(board: "mixed") { board } }',
  );
  const operations: [string, unknown, string | undefined, (top: string) => unknown][] = [
    [
      'subscription { topScoresUpdated(board: "mixed", limit: 1) { topScores { userId } } }',
      undefined,
      undefined,
      (top) => ({ topScoresUpdated: { topScores: [{ userId: top }] } }),
    ],
    [
      'subscription { topScoresUpdated(board: "mixed", limit: 1) { topScores { score rank } } }',
      undefined,
      undefined,
      () => ({ topScoresUpdated: { topScores: [{ score: expect.any(Number) as number, rank: 1 }] } }),
    ],
    [both, undefined, "A", (top) => ({ a: { topScores: [{ userId: top }, expect.anything()] } })],
    [both, { limit: 1 }, "A", (top) => ({ a: { topScores: [{ userId: top }] } })],
    [
      named,
      { limit: 3 },
      "A",
      (top) => ({ a: { topScores: [{ userId: top }, expect.anything(), expect.anything()] } }),
    ],
    [named, undefined, "A", (top) => ({ a: { topScores: [{ userId: top }, expect.anything()] } })],
    [named, undefined, "B", () => ({ b: { board: "mixed" } })],
    [
      'subscription ($no: Boolean!) { topScoresUpdated(board: "mixed") { board revision @skip(if: $no) } }',
      { no: true },
      undefined,
      () => ({ topScoresUpdated: { board: "mixed" } }),
    ],
    [
      'subscription ($no: Boolean!) { topScoresUpdated(board: "mixed") { board revision @skip(if: $no) } }',
      { no: false },
      undefined,
      () => ({ topScoresUpdated: { board: "mixed", revision: expect.any(Number) as number } }),
    ],
  ];
  const sockets = [await connect(), await connect(app.token("someone"))];
  for (const socket of sockets) {
    const expected = new Map(
      operations.map(([query, variables, name, build]) => [socket.subscribe(query, variables, name), build]),
    );
    for (const top of ["c", "d"]) {
      if (top === "d" && socket === sockets[0]) await change("mixed", "d", 50);
      const waiting = new Set(expected.keys());
      while (waiting.size > 0) {
        const { id = "", type, payload } = await socket.next();
        expect(type).toBe("next");
        const best = socket === sockets[0] ? top : "d";
        expect({ id, payload }).toEqual({ id, payload: { data: expected.get(id)?.(best) } });
        waiting.delete(id);
      }
      if (socket !== sockets[0]) break;
    }
  }
});

test.each(['"', "\\", "\n\u0000", "😀 é", "__proto__", "x".repeat(256), " "])(
  "the subscription id %j comes back as it was sent",
  async (id) => {
    const socket = await connect();
    socket.send({ type: "subscribe", id, payload: { query: newest, variables: { board: "ids" } } });
    expect(await socket.next()).toMatchObject({ type: "next", id });
    await change("ids", "u");
    expect(await socket.next()).toMatchObject({ type: "next", id });
  },
);

test.each([1, 2, 5, 100])(
  "messages of every size arrive whole, with names of 255 characters and a limit of %d",
  async (limit) => {
    const full = (index: number) => `${index}`.padEnd(3, "-") + "😀".repeat(252);
    await Promise.all(Array.from({ length: 100 }, (_none, index) => change("big", full(index), 1_000 - index)));
    const socket = await connect();
    socket.subscribe(
      'subscription ($limit: Int!) { topScoresUpdated(board: "big", limit: $limit) { topScores { userId } } }',
      { limit },
    );
    const expected = Array.from({ length: limit }, (_none, index) => ({ userId: full(index) }));
    expect((await socket.next()).payload).toEqual({ data: { topScoresUpdated: { topScores: expected } } });
    await change("big", full(0), 1);
    expect((await socket.next()).payload).toEqual({ data: { topScoresUpdated: { topScores: expected } } });
  },
);

test("a reader that sleeps gets the newest when it wakes, and delays no other reader meanwhile", async () => {
  const [sleeper, awake] = [await connect(), await connect()];
  for (const socket of [sleeper, awake]) {
    socket.subscribe(newest, { board: "paused" });
    await socket.next();
  }
  sleeper.pause();
  let last = 0;
  for (let sent = 0; sent < 30; sent += 1) {
    last = (await change("paused", "u")).revision;
    await awake.nextUntil((message) => revisionOf(message) >= last);
  }
  sleeper.resume();
  const seen = (await sleeper.nextUntil((message) => revisionOf(message) >= last)).map(revisionOf);
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
});

test("pings, queries and subscriptions share a busy socket", async () => {
  const socket = await connect();
  const stop = keepChanging("busy");
  const id = socket.subscribe(newest, { board: "busy" });
  for (let round = 0; round < 20; round += 1) {
    socket.send({ type: "ping" });
    const query = socket.subscribe("{ __typename }");
    const messages = await socket.nextUntil((message) => message.id === query && message.type === "complete");
    expect(messages.filter(({ type }) => type === "pong")).toHaveLength(1);
    expect(messages.find((message) => message.id === query)?.payload).toEqual({ data: { __typename: "Query" } });
    for (const message of messages.filter((each) => each.id === id)) expect(message.type).toBe("next");
  }
  await stop();
});

describe("a busy subscriber's socket", () => {
  test("closes with 4403 when its token expires", async () => {
    const short = signToken({ secret: jwtSecret, subject: "short", role: "player", expiresInSeconds: -3 });
    const socket = await connect(short);
    socket.subscribe(newest, { board: "closing" });
    const stop = keepChanging("closing");
    expect(await socket.closed).toMatchObject({ code: 4403 });
    await stop();
  });

  test("closes with 1001 on shutdown", async () => {
    const own = await startTestApp({ stores: app.stores, role: "api", env: { BOARDS: boards } });
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connect(undefined, own)));
    for (const socket of sockets) socket.subscribe(newest, { board: "closing" });
    const stop = keepChanging("closing");
    // The first message answers the subscription; from the second message on the socket is busy.
    for (const socket of sockets) for (let taken = 0; taken < 3; taken += 1) await socket.next();
    await own.stop();
    for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 1001 });
    await stop();
  });
});

test("viewers that have left are forgotten", async () => {
  const viewers = async () => {
    const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
    return Number(/^standings_viewers (\d+)$/m.exec(text)?.[1]);
  };
  const before = await viewers();
  const sockets = await Promise.all(Array.from({ length: 5 }, () => connect()));
  for (const socket of sockets) {
    socket.subscribe(newest, { board: "main" });
    socket.subscribe(newest, { board: "main" });
  }
  await waitFor(async () => (await viewers()) === before + 10);
  sockets[0]?.send({ type: "complete", id: "1" });
  await waitFor(async () => (await viewers()) === before + 9);
  for (const socket of sockets) socket.close();
  await waitFor(async () => (await viewers()) === before);
});
