import { randomUUID } from "node:crypto";
import type { SyncMessage } from "rabbitmq-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { codeOf, expectRefusal, graphql, increment, tryIncrement } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { subscription, updatesUntil } from "../helpers/updates.js";
import { waitFor } from "../helpers/wait-for.js";
import { enqueue, enqueueBatch, enqueueOverRest, QueueWatch, scoreOf } from "./helpers/enqueue.js";
import { startBroker, type Broker } from "./helpers/rabbitmq.js";

const burst = 3;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let broker: Broker;
let app: TestApp;
let watch: QueueWatch;
let referee: string;

beforeAll(async () => {
  broker = await startBroker();
  app = await startTestApp({
    env: {
      AMQP_URL: broker.url,
      BOARDS: "main,other",
      MAX_INCREMENT: "1000",
      // So slow that the bucket does not refill while a test runs.
      RATE_LIMIT_PER_SECOND: "1",
      RATE_LIMIT_BURST: String(burst),
    },
  });
  watch = new QueueWatch(broker.url);
  referee = app.token("referee", "service");
});
afterAll(async () => {
  await watch.stop();
  await app.stop();
  await broker.stop();
});

async function metric(line: string): Promise<number> {
  const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
  return Number(
    text
      .split("\n")
      .find((candidate) => candidate.startsWith(`${line} `))
      ?.slice(line.length) ?? 0,
  );
}

async function nextDeadLetter(): Promise<SyncMessage> {
  let letter: SyncMessage | undefined;
  await waitFor(async () => (letter = await watch.takeDeadLetter()) !== undefined);
  if (!letter) throw new Error("there was one");
  return letter;
}

describe("an accepted increment", () => {
  test("over GraphQL is answered with its id, applied, and pushed to viewers", async () => {
    const viewer = await SocketClient.connect(app.wsUrl);
    viewer.subscribe(subscription, { board: "other" });
    const { data } = await enqueue(app, referee, { board: "other", userId: "g", scoreIncrement: 7 });
    expect(data).toEqual({ enqueueIncrement: { accepted: true, id: expect.stringMatching(uuid) as string } });
    const updates = await updatesUntil(viewer, 1);
    expect(updates.at(-1)?.topScores).toEqual([{ rank: 1, userId: "g", score: 7 }]);
    viewer.close();
  });

  test("over REST is answered with 202, and applied", async () => {
    const { status, text, body } = await enqueueOverRest(app, app.token("r"), { userId: "r", scoreIncrement: 3 });
    expect(status).toBe(202);
    expect(text).toBe(`{"success":true,"message":"Score update accepted.","id":"${body.id}"}`);
    expect(body.id).toMatch(uuid);
    await waitFor(async () => (await scoreOf(app, "r")) === 3);
  });

  test("is counted by the metrics", async () => {
    const names = [
      'standings_enqueued_total{board="main"}',
      'standings_ingested_total{board="main",outcome="applied"}',
    ];
    const before = await Promise.all(names.map(metric));
    await enqueue(app, referee, { userId: "m", scoreIncrement: 1 });
    await waitFor(async () => (await scoreOf(app, "m")) === 1);
    expect(await Promise.all(names.map(metric))).toEqual(before.map((count) => count + 1));
  });
});

describe("boards of other kinds", () => {
  test("scores are applied by the board's own rules", async () => {
    const input = { id: "best", operator: "BEST", order: "LOWEST_FIRST" };
    const query = `mutation ($input: CreateBoardInput!) { createBoard(input: $input) { id } }`;
    const created = await graphql(app, { query, variables: { input }, token: app.token("root", "admin") });
    expect(created.errors).toBeUndefined();
    const changes = [70, 60, 65].map((score) => ({ userId: "runner", score }));
    for (const result of await enqueueBatch.REST(app, referee, { board: "best", changes })) {
      expect(result).toEqual({ userId: "runner", id: expect.stringMatching(uuid) as string });
    }
    await waitFor(async () => {
      const { data } = await graphql(app, { query: `{ playerScore(board: "best", userId: "runner") { score } }` });
      return (data?.playerScore as { score: number } | null)?.score === 60;
    });
  });

  test("an archived board takes nothing", async () => {
    const query = `mutation {
      createBoard(input: { id: "over" }) { id } archiveBoard(board: "over", reason: "a test") { id } }`;
    expect((await graphql(app, { query, token: app.token("root", "admin") })).errors).toBeUndefined();
    const change = { board: "over", userId: "late", scoreIncrement: 1 };
    expect(codeOf(await enqueue(app, referee, change))).toBe("BOARD_ARCHIVED");
    expect((await enqueueOverRest(app, referee, change)).status).toBe(409);
    const batch = { board: "over", changes: [{ userId: "late", increment: 1 }] };
    expect(await enqueueBatch.GraphQL(app, referee, batch)).toMatchObject([{ code: "BOARD_ARCHIVED" }]);
  });

  test("a change for a season that does not run is refused, and set aside where its season ended meanwhile", async () => {
    const query = `mutation { enqueueIncrement(userId: "late", scoreIncrement: 1, season: 7) { accepted } }`;
    expect(codeOf(await graphql(app, { query, token: referee }))).toBe("SEASON_CLOSED");
    const batch = { season: 7, changes: [{ userId: "late", increment: 1 }] };
    expect(await enqueueBatch.GraphQL(app, referee, batch)).toMatchObject([{ code: "SEASON_CLOSED" }]);
    await graphql(app, { query: query.replace("7", "1").replace("late", "timely"), token: referee });
    await waitFor(async () => (await scoreOf(app, "timely")) === 1);
    const late = { board: "main", userId: "late", subject: "referee", increment: 1, season: 7 };
    await watch.publish(late, randomUUID());
    expect(await nextDeadLetter()).toMatchObject({ headers: { "standings-code": "SEASON_CLOSED" }, body: late });
  });
});

describe("counts once", () => {
  test("a key, however often and over whichever way it comes", async () => {
    const change = { userId: "keyed", scoreIncrement: 5, idempotencyKey: "match 1" };
    await Promise.all(Array.from({ length: 5 }, () => enqueue(app, referee, change)));
    await enqueueOverRest(app, referee, { ...change, idempotencyKey: undefined }, { "idempotency-key": "match 1" });
    expect((await increment(app, referee, change)).entry.score).toBe(5);
    await enqueue(app, referee, { userId: "after", scoreIncrement: 1 });
    await waitFor(async () => (await scoreOf(app, "after")) === 1);
    expect(await scoreOf(app, "keyed")).toBe(5);
  });

  test("a message, however often the broker delivers it", async () => {
    const replayed = 'standings_ingested_total{board="main",outcome="replayed"}';
    const before = await metric(replayed);
    const message = { board: "main", userId: "again", increment: 4, subject: "referee" };
    const id = randomUUID();
    for (let times = 0; times < 3; times += 1) await watch.publish(message, id);
    await waitFor(async () => (await metric(replayed)) === before + 2);
    expect(await scoreOf(app, "again")).toBe(4);
  });

  test("a message, as no caller's key can imitate a message's", async () => {
    const answer = await enqueue(app, referee, { userId: "u", scoreIncrement: 1, idempotencyKey: `→${randomUUID()}` });
    expect(codeOf(answer)).toBe("BAD_USER_INPUT");
  });
});

describe("an increment that the direct way refuses", () => {
  test.each<[string, object]>([
    ["BAD_USER_INPUT", { scoreIncrement: 0 }],
    ["BAD_USER_INPUT", { scoreIncrement: 1001 }],
    ["BAD_USER_INPUT", { board: "unknown" }],
    ["BAD_USER_INPUT", { userId: "" }],
    ["BAD_USER_INPUT", { idempotencyKey: "" }],
    ["FORBIDDEN", { userId: "victim" }],
  ])("is refused here with %s: %o", async (code, change) => {
    const answer = await enqueue(app, app.token("p"), { userId: "p", scoreIncrement: 1, ...change });
    expect(codeOf(answer)).toBe(code);
  });

  test.each<[number, object, Record<string, string>]>([
    [400, { scoreIncrement: 1.5 }, {}],
    [400, { board: "unknown" }, {}],
    [400, { idempotencyKey: "a" }, { "idempotency-key": "b" }],
    [403, { userId: "victim" }, {}],
    [413, { padding: "x".repeat(16 * 1024) }, {}],
    [415, {}, { "content-type": "text/plain" }],
  ])("is refused over REST with %d", async (status, change, headers) => {
    const body = { userId: "p", scoreIncrement: 1, ...change };
    expectRefusal(await enqueueOverRest(app, app.token("p"), body, headers), status);
  });

  test("is refused without a valid token", async () => {
    expectRefusal(await enqueueOverRest(app, undefined, { userId: "p", scoreIncrement: 1 }), 401);
    expectRefusal(await enqueueOverRest(app, "no token", { userId: "p", scoreIncrement: 1 }), 401);
  });
});

test("one rate limit holds for both ways, and every increment that passes it is applied", async () => {
  const token = app.token("eager");
  const change = { userId: "eager", scoreIncrement: 1 };
  for (let sent = 0; sent < burst; sent += 1) expect(codeOf(await enqueue(app, token, change))).toBeUndefined();
  const refused = await enqueue(app, token, change);
  expect(refused.errors?.[0]?.extensions).toEqual({ code: "RATE_LIMITED", retryAfter: 1 });
  expect(codeOf(await tryIncrement(app, token, change))).toBe("RATE_LIMITED");
  const overRest = await enqueueOverRest(app, token, change);
  expectRefusal(overRest, 429);
  expect(overRest.headers.get("retry-after")).toBe("1");
  await waitFor(async () => (await scoreOf(app, "eager")) === burst);
});

describe.each(Object.entries(enqueueBatch))("a batch over %s", (transport, send) => {
  const name = (text: string) => `${transport} ${text}`;
  const id = expect.stringMatching(uuid) as string;

  test("has one result a change, in their order, and the accepted ones are applied", async () => {
    const p = name("player");
    const refused = (userId: string, code: string, message: string) => ({ userId, code, message });
    const bad = (userId: string, message: string) => refused(userId, "BAD_USER_INPUT", message);
    const rows: [{ userId: string; increment?: number; score?: number; idempotencyKey?: string }, object][] = [
      [
        { userId: p, increment: 10 },
        { userId: p, id },
      ],
      [{ userId: "victim", increment: 1 }, refused("victim", "FORBIDDEN", "A player may change no score but its own.")],
      [
        { userId: "", increment: 1 },
        bad("", "userId must be 1 to 255 characters without control characters or lone surrogates."),
      ],
      [{ userId: p, increment: 0 }, bad(p, "increment must be a whole number other than zero, within ±(2^53 - 1).")],
      [
        { userId: p, score: 1 },
        bad(p, "score can't be set on this board, which adds increments. Send increment instead."),
      ],
      [
        { userId: p, increment: 5, idempotencyKey: name("key") },
        { userId: p, id },
      ],
      [
        { userId: p, increment: 5, idempotencyKey: name("key") },
        { userId: p, id },
      ],
      [
        { userId: p, increment: 1 },
        { ...refused(p, "RATE_LIMITED", "Too many increments. Slow down."), retryAfter: 1 },
      ],
    ];
    const results = await send(app, app.token(p), { changes: rows.map(([change]) => change) });
    expect(results).toEqual(rows.map(([, result]) => result));
    expect(new Set(results.map((result) => result.id)).size).toBe(3 + 1);
    // The key came twice and counts once.
    await waitFor(async () => (await scoreOf(app, p)) === 15);
  });

  test("may hold 100 changes of any board, all of which are applied once", async () => {
    const before = await metric('standings_enqueued_total{board="other"}');
    const changes = Array.from({ length: 100 }, () => ({ userId: name("many"), increment: 1 }));
    const results = await send(app, referee, { board: "other", changes });
    expect(new Set(results.map((result) => result.id)).size).toBe(100);
    await waitFor(async () => (await scoreOf(app, name("many"), "other")) === 100);
    expect(await metric('standings_enqueued_total{board="other"}')).toBe(before + 100);
  });

  test("is refused as a whole for its board and its number of changes", async () => {
    const change = { userId: name("whole"), increment: 1 };
    const many = Array.from({ length: 101 }, () => change);
    await expect(send(app, referee, { changes: [] })).rejects.toThrow("1 to 100 changes, not 0.");
    await expect(send(app, referee, { changes: many })).rejects.toThrow("1 to 100 changes, not 101.");
    await expect(send(app, referee, { board: "none", changes: [change] })).rejects.toThrow("board must be");
    await expect(send(app, "no token", { changes: [change] })).rejects.toThrow("Invalid authentication token.");
  });
});

describe("an increment that is refused when it is applied becomes a dead letter with its reason", () => {
  test("a total out of range", async () => {
    await increment(app, referee, { userId: "rich", scoreIncrement: Number.MAX_SAFE_INTEGER });
    const { data } = await enqueue(app, referee, { userId: "rich", scoreIncrement: 1 });
    const letter = await nextDeadLetter();
    expect(letter.messageId).toBe((data?.enqueueIncrement as { id: string }).id);
    expect(letter.body).toEqual({ board: "main", userId: "rich", increment: 1, subject: "referee" });
    expect(letter.headers).toMatchObject({
      "standings-code": "BAD_USER_INPUT",
      "standings-reason": "scoreIncrement would take the total beyond ±(2^53 - 1).",
    });
    expect(await scoreOf(app, "rich")).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each([{ scoreIncrement: 2 }, { board: "other" }])(
    "a key that was used with other arguments: %o",
    async (other) => {
      const change = { userId: "reuser", scoreIncrement: 1, idempotencyKey: `key ${JSON.stringify(other)}` };
      await increment(app, referee, change);
      await enqueue(app, referee, { ...change, ...other });
      expect((await nextDeadLetter()).headers).toMatchObject({ "standings-code": "IDEMPOTENCY_KEY_REUSED" });
    },
  );

  const valid = { board: "main", userId: "u", increment: 1, subject: "s" };
  test.each<[string, unknown, string | undefined]>([
    ["a board that is gone", { ...valid, board: "gone" }, randomUUID()],
    ["no JSON", Buffer.from("{"), randomUUID()],
    ["no increment", { ...valid, increment: "1" }, randomUUID()],
    ["no message id", valid, undefined],
  ])("a message with %s", async (_what, body, id) => {
    const before = await metric('standings_dead_lettered_total{code="BAD_USER_INPUT"}');
    await watch.publish(body, id);
    const letter = await nextDeadLetter();
    expect(letter.body).toEqual(body);
    expect(letter.headers).toMatchObject({ "standings-code": "BAD_USER_INPUT" });
    expect(await metric('standings_dead_lettered_total{code="BAD_USER_INPUT"}')).toBe(before + 1);
  });
});
