import { describe, expect, onTestFinished, test } from "vitest";
import { useTestApp, type TestApp } from "../helpers/app.js";
import { increment } from "../helpers/requests.js";
import { SocketClient, type Result } from "../helpers/socket-client.js";
import { nextUpdate, subscription, updatesUntil } from "../helpers/updates.js";

const boards = "main,first,each,limits,acknowledged,load,processes,quiet,many,below";

const app = useTestApp({ env: { BOARDS: boards } });
const second = useTestApp({ beside: app, role: "api", env: { BOARDS: boards } });
const token = app.token("referee", "service");

async function connect(target: TestApp = app): Promise<SocketClient> {
  const socket = await SocketClient.connect(target.wsUrl);
  onTestFinished(() => socket.close());
  return socket;
}

function expectOnlyGrowing(revisions: readonly number[]): void {
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
}

test("a new subscriber gets the standings at once, also when the board is empty", async () => {
  const socket = await connect();
  socket.subscribe(subscription, { board: "first" });
  expect(await nextUpdate(socket)).toEqual({ board: "first", revision: 0, topScores: [] });
});

test("each single change is pushed, with its revision", async () => {
  const socket = await connect();
  socket.subscribe(subscription, { board: "each" });
  await socket.next();
  for (let score = 1; score <= 5; score += 1) {
    const { revision } = await increment(app, token, { board: "each", userId: "u", scoreIncrement: 1 });
    expect(await nextUpdate(socket)).toEqual({ board: "each", revision, topScores: [{ rank: 1, userId: "u", score }] });
  }
});

test.each([1, 2, 100])("a limit of %d is kept in the first message and in each that follows", async (limit) => {
  const change = (userId: string) => increment(app, token, { board: "limits", userId, scoreIncrement: 1 });
  for (const userId of ["a", "b", "c"]) await change(userId);
  const socket = await connect();
  socket.subscribe(subscription, { board: "limits", limit });
  const expected = Math.min(limit, 3);
  expect((await nextUpdate(socket)).topScores).toHaveLength(expected);
  await change("c");
  expect((await nextUpdate(socket)).topScores).toHaveLength(expected);
});

test("an increment that was acknowledged before the subscription is in its first message", async () => {
  for (const target of [app, second, app, second]) {
    const socket = await connect(target);
    const { revision, entry } = await increment(app, token, { board: "acknowledged", userId: "u", scoreIncrement: 1 });
    socket.subscribe(subscription, { board: "acknowledged" });
    const first = await nextUpdate(socket);
    expect(first.revision).toBeGreaterThanOrEqual(revision);
    expect(first.topScores).toContainEqual(entry);
  }
});

test("subscribers that come while increments do miss none and see revisions grow only", async () => {
  const seenAll = new AbortController();
  const writing = (async () => {
    while (!seenAll.signal.aborted) await increment(app, token, { board: "many", userId: "u", scoreIncrement: 1 });
  })();
  const sockets = await Promise.all(
    Array.from({ length: 10 }, (_none, index) => connect(index % 2 === 0 ? app : second)),
  );
  const seen = await Promise.all(
    sockets.map(async (socket) => {
      const { revision } = await increment(app, token, { board: "many", userId: "v", scoreIncrement: 1 });
      socket.subscribe(subscription, { board: "many" });
      const first = await nextUpdate(socket);
      expect(first.revision).toBeGreaterThanOrEqual(revision);
      return [first, ...(await updatesUntil(socket, first.revision + 50))].map((update) => update.revision);
    }),
  );
  seenAll.abort();
  await writing;
  for (const revisions of seen) expectOnlyGrowing(revisions);
});

test("under load pushes are throttled, grow only, and end with the newest, on every process", async () => {
  const sockets = [await connect(app), await connect(second)];
  for (const socket of sockets) {
    socket.subscribe(subscription, { board: "load" });
    await socket.next();
  }
  const start = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 600 }, (_none, index) =>
      increment(index % 2 === 0 ? app : second, token, { board: "load", userId: `u${index % 9}`, scoreIncrement: 1 }),
    ),
  );
  const newest = Math.max(...answers.map(({ revision }) => revision));
  expect(newest).toBe(600);
  for (const socket of sockets) {
    const updates = await updatesUntil(socket, newest);
    const intervals = (performance.now() - start) / 50;
    expectOnlyGrowing(updates.map(({ revision }) => revision));
    // Each of the two processes publishes at most once per interval, and once at the end.
    expect(updates.length).toBeLessThanOrEqual(2 * (intervals + 2));
    expect(updates.at(-1)?.topScores.reduce((sum, { score }) => sum + score, 0)).toBe(600);
  }
});

test("two processes see each other's changes", async () => {
  const [here, there] = [await connect(app), await connect(second)];
  for (const socket of [here, there]) {
    socket.subscribe(subscription, { board: "processes" });
    await socket.next();
  }
  for (const [source, userId] of [
    [app, "a"],
    [second, "b"],
  ] as const) {
    const { revision } = await increment(source, token, { board: "processes", userId, scoreIncrement: 1 });
    for (const socket of [here, there]) expect((await nextUpdate(socket)).revision).toBe(revision);
  }
});

test("a change of one board is not pushed to another's viewers", async () => {
  const socket = await connect();
  socket.subscribe(subscription, { board: "quiet" });
  await socket.next();
  await increment(app, token, { board: "main", userId: "u", scoreIncrement: 1 });
  const { revision } = await increment(app, token, { board: "quiet", userId: "u", scoreIncrement: 1 });
  expect(await nextUpdate(socket)).toMatchObject({ board: "quiet", revision });
});

test("a completed subscription gets nothing more, and the socket's other subscriptions continue", async () => {
  const socket = await connect();
  const ended = socket.subscribe(subscription, { board: "below" });
  const kept = socket.subscribe(subscription, { board: "below", limit: 1 });
  await socket.nextUntil(({ id }) => id === kept);
  socket.send({ type: "complete", id: ended });
  // After a round trip, the server has read the earlier messages.
  socket.send({ type: "ping" });
  expect(await socket.next()).toEqual({ type: "pong" });
  await increment(app, token, { board: "below", userId: "u", scoreIncrement: 1 });
  expect(await socket.next()).toMatchObject({ id: kept });
});

describe("an invalid subscription", () => {
  test.each([
    ["limit", { limit: 0 }],
    ["limit", { limit: 101 }],
    ["limit", { limit: -1 }],
    ["board", { board: "nope" }],
    ["board", { board: "__proto__" }],
  ])("is answered with BAD_USER_INPUT that names its %s: %j", async (name, variables) => {
    const socket = await connect();
    socket.subscribe(subscription, variables);
    const message = await socket.next();
    const errors = message.type === "error" ? message.payload : (message.payload as Result).errors;
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(name) as string,
        extensions: { code: "BAD_USER_INPUT" },
      }),
    ]);
    if (message.type === "next") expect(await socket.next()).toMatchObject({ type: "complete" });
    socket.subscribe(subscription);
    expect(await socket.next()).toMatchObject({ type: "next" });
  });
});
