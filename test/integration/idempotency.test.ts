import { describe, expect, test } from "vitest";
import { startTestApp, useTestApp } from "../helpers/app.js";
import {
  codeOf,
  graphql,
  increment,
  incrementMutation,
  incrementOf,
  tryIncrement,
  updateScore,
  type IncrementArguments,
} from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";

const app = useTestApp({ env: { BOARDS: "main,other" } });

const service = (subject: string) => app.token(subject, "service");

async function scoreOf(userId: string, board = "main"): Promise<number | null> {
  const query = "query ($board: ID!, $userId: ID!) { playerScore(board: $board, userId: $userId) { score } }";
  const { data } = await graphql(app, { query, variables: { board, userId } });
  return (data?.playerScore as { score: number } | null)?.score ?? null;
}

describe("the same key from the same subject with the same arguments", () => {
  test("gives the first answer's score and revision and changes nothing", async () => {
    const change = { userId: "again", scoreIncrement: 5, idempotencyKey: "again" };
    const first = await increment(app, service("s"), change);
    await increment(app, service("s"), { userId: "again", scoreIncrement: 100 });
    const second = await increment(app, service("s"), change);
    expect(second.entry.score).toBe(first.entry.score);
    expect(second.revision).toBe(first.revision);
    expect(await scoreOf("again")).toBe(105);
  });

  test("counts once when it comes 50 times at once", async () => {
    const change = { userId: "many", scoreIncrement: 5, idempotencyKey: "many" };
    const answers = await Promise.all(Array.from({ length: 50 }, () => increment(app, service("s"), change)));
    expect(new Set(answers.map(({ entry, revision }) => `${entry.score} ${revision}`)).size).toBe(1);
    expect(await scoreOf("many")).toBe(5);
  });

  test("counts once when it comes over every transport", async () => {
    const change = { userId: "transports", scoreIncrement: 5, idempotencyKey: "transports" };
    const first = await increment(app, service("s"), change);
    expect((await updateScore(app, { ...change, authToken: service("s") })).status).toBe(200);
    const socket = await SocketClient.connect(app.wsUrl, service("s"));
    try {
      const overSocket = incrementOf(await socket.request(incrementMutation, change));
      expect(overSocket).toMatchObject({ entry: { score: 5 }, revision: first.revision });
    } finally {
      socket.close();
    }
    expect(await scoreOf("transports")).toBe(5);
  });

  test("counts once when it comes to two processes at once, each for another board", async () => {
    const second = await startTestApp({ stores: app.stores, role: "api", env: { BOARDS: "main,other" } });
    try {
      const sent = Array.from({ length: 40 }, (_none, index) =>
        tryIncrement(index % 2 === 0 ? app : second, service("s"), {
          board: index % 4 < 2 ? "main" : "other",
          userId: "both",
          scoreIncrement: 5,
          idempotencyKey: "both",
        }),
      );
      const codes = (await Promise.all(sent)).map((answer) => codeOf(answer) ?? "accepted").sort();
      expect(codes).toEqual([
        ...Array.from({ length: 20 }, () => "IDEMPOTENCY_KEY_REUSED"),
        ...Array.from({ length: 20 }, () => "accepted"),
      ]);
      expect([await scoreOf("both", "main"), await scoreOf("both", "other")].sort()).toEqual([5, null]);
    } finally {
      await second.stop();
    }
  });

  test("counts once when it comes with another token of the same subject", async () => {
    const change = { userId: "sam", scoreIncrement: 5, idempotencyKey: "renewed" };
    await increment(app, app.token("sam", "service"), change);
    await increment(app, app.token("sam", "player"), change);
    expect(await scoreOf("sam")).toBe(5);
  });

  test("gives the score and revision exactly at the ends of the range", async () => {
    const change = { userId: "far", scoreIncrement: -(2 ** 53 - 1), idempotencyKey: "far" };
    const answers = [await increment(app, service("s"), change), await increment(app, service("s"), change)];
    for (const { entry } of answers) expect(entry.score).toBe(-(2 ** 53 - 1));
  });
});

describe("the same key from the same subject with other arguments is refused and changes nothing:", () => {
  const first: IncrementArguments = { userId: "u", scoreIncrement: 5 };
  test.each([
    ["another increment", { ...first, scoreIncrement: 6 }],
    ["the opposite increment", { ...first, scoreIncrement: -5 }],
    ["another player", { ...first, userId: "u2" }],
    ["another board", { ...first, board: "other" }],
    ["another player on another board", { ...first, userId: "u2", board: "other" }],
  ])("%s", async (name, other) => {
    const prefixed = (change: IncrementArguments) => ({
      ...change,
      userId: `${name} ${change.userId}`,
      idempotencyKey: name,
    });
    await increment(app, service("s"), prefixed(first));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await tryIncrement(app, service("s"), prefixed(other));
      expect(codeOf(answer)).toBe("IDEMPOTENCY_KEY_REUSED");
    }
    expect(await scoreOf(`${name} u`)).toBe(5);
    expect(await scoreOf(`${name} u2`)).toBeNull();
    expect(await scoreOf(`${name} u`, "other")).toBeNull();
    expect((await increment(app, service("s"), prefixed(first))).entry.score).toBe(5);
  });

  test("when both come at once, one of them counts", async () => {
    const sent = [1, 2].flatMap((scoreIncrement) =>
      Array.from({ length: 10 }, () =>
        tryIncrement(app, service("s"), { userId: "race", scoreIncrement, idempotencyKey: "race" }),
      ),
    );
    const codes = (await Promise.all(sent)).map((answer) => codeOf(answer) ?? "accepted");
    expect(codes.filter((code) => code === "accepted")).toHaveLength(10);
    expect(codes.filter((code) => code === "IDEMPOTENCY_KEY_REUSED")).toHaveLength(10);
    expect([1, 2]).toContain(await scoreOf("race"));
  });
});

describe("records of earlier days", () => {
  const today = Math.floor(Date.now() / 86_400_000);
  const hash = (daysAgo: number) => `lb:{main}:idem:${today - daysAgo}`;
  const change = (key: string) => ({ userId: "days", scoreIncrement: 5, idempotencyKey: key });

  test("yesterday's count, and those from before do not", async () => {
    const { redisClient } = app.stores;
    await redisClient.hset(hash(1), "days:yesterday", "7 5 1005 days");
    await redisClient.hset(hash(2), "days:before", "6 5 1000 days");
    const replayed = await increment(app, service("days"), change("yesterday"));
    expect(replayed).toMatchObject({ revision: 7, entry: { score: 1005 } });
    expect(await scoreOf("days")).toBeNull();
    const { revision } = await increment(app, service("days"), change("before"));
    expect(revision).not.toBe(6);
    expect(await scoreOf("days")).toBe(5);
  });

  test("a clock that was set back by a day does not forget them", async () => {
    await app.stores.redisClient.hset(hash(-1), "days:tomorrow", "8 5 1005 days");
    expect(await increment(app, service("days"), change("tomorrow"))).toMatchObject({ revision: 8 });
    await app.stores.redisClient.del(hash(-1));
  });

  test("each day's first record frees those that no longer count, and all expire", async () => {
    const { redisClient } = app.stores;
    await redisClient.del(hash(0));
    await redisClient.hset(hash(2), "days:old", "6 5 1000 days");
    await increment(app, service("days"), change("first of the day"));
    expect(await redisClient.exists(hash(2))).toBe(0);
    const hours = (await redisClient.ttl(hash(0))) / 3_600;
    expect(hours).toBeGreaterThan(24);
    expect(hours).toBeLessThanOrEqual(49);
  });
});

describe("keys are separate", () => {
  test.each([
    ["for different subjects", ["a", "k"], ["b", "k"]],
    ["for different keys", ["a", "k 1"], ["a", "k 2"]],
    ["in their case", ["a", "Key"], ["a", "key"]],
    ["in trailing blanks", ["a", "blank"], ["a", "blank "]],
    ["where subject and key only together read the same", ["a:b", "c"], ["a", "b:c"]],
    ["where a subject looks escaped", ["a%3Ab", "d"], ["a:b", "d"]],
    ["where they look like Redis keys", ["lb:{main}:scores", "x"], ["x", "lb:{main}:scores"]],
  ])("%s", async (name, [subjectA = "", keyA = ""], [subjectB = "", keyB = ""]) => {
    await increment(app, service(subjectA), { userId: name, scoreIncrement: 1, idempotencyKey: keyA });
    await increment(app, service(subjectB), { userId: name, scoreIncrement: 2, idempotencyKey: keyB });
    expect(await scoreOf(name)).toBe(3);
  });
});

describe("a refused increment does not use its key up", () => {
  test.each<[string, IncrementArguments, IncrementArguments]>([
    ["for bad input", { userId: "r1", scoreIncrement: 0 }, { userId: "r1", scoreIncrement: 1 }],
    ["for an unknown board", { board: "nope", userId: "r2", scoreIncrement: 1 }, { userId: "r2", scoreIncrement: 1 }],
    ["for a total out of range", { userId: "full", scoreIncrement: 2 }, { userId: "r3", scoreIncrement: 1 }],
  ])("%s", async (name, refused, accepted) => {
    await increment(app, service("filler"), { userId: "full", scoreIncrement: 2 ** 53 - 2, idempotencyKey: "fill" });
    const answer = await tryIncrement(app, service("s"), { ...refused, idempotencyKey: name });
    expect(codeOf(answer)).toBe("BAD_USER_INPUT");
    expect((await increment(app, service("s"), { ...accepted, idempotencyKey: name })).entry.score).toBe(1);
  });
});

describe("an increment that is refused leaves nothing in Redis, and its key is free on every board:", () => {
  const keysOf = async () => new Set(await app.stores.redisClient.keys("*"));

  test.each<[string, IncrementArguments, string]>([
    ["a total out of range", { userId: "filled", scoreIncrement: 2 }, "BAD_USER_INPUT"],
    [
      "a key that this board knows with other arguments",
      { userId: "known", scoreIncrement: 2 },
      "IDEMPOTENCY_KEY_REUSED",
    ],
    [
      "a key that another board knows",
      { board: "other", userId: "known", scoreIncrement: 1 },
      "IDEMPOTENCY_KEY_REUSED",
    ],
  ])("%s", async (name, change, code) => {
    await increment(app, service("filler"), {
      userId: "filled",
      scoreIncrement: 2 ** 53 - 2,
      idempotencyKey: "filled",
    });
    await increment(app, service("s"), { userId: "known", scoreIncrement: 1, idempotencyKey: "known" });
    const idempotencyKey = code === "BAD_USER_INPUT" ? name : "known";
    const before = await keysOf();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(codeOf(await tryIncrement(app, service("s"), { ...change, idempotencyKey }))).toBe(code);
    }
    // The worker may have drained the outbox in the meantime.
    expect([...(await keysOf())].filter((key) => !before.has(key) && !key.endsWith(":outbox"))).toEqual([]);
    if (code !== "BAD_USER_INPUT") return;
    const elsewhere = { board: "other", userId: "free", scoreIncrement: 1, idempotencyKey };
    expect((await increment(app, service("s"), elsewhere)).entry.score).toBe(1);
    expect(codeOf(await tryIncrement(app, service("s"), { ...elsewhere, board: "main" }))).toBe(
      "IDEMPOTENCY_KEY_REUSED",
    );
  });

  test("a board that is being recovered", async () => {
    let idempotencyKey = "";
    let attempts = 0;
    await waitFor(async () => {
      idempotencyKey = `closed ${(attempts += 1)}`;
      await app.stores.redisClient.hdel("lb:{main}:meta", "run_id"); // The worker opens it again.
      const refusal = await tryIncrement(app, service("s"), { userId: "closed", scoreIncrement: 1, idempotencyKey });
      return codeOf(refusal) === "RECOVERING";
    });
    expect(await app.stores.redisClient.keys(`*:${idempotencyKey}`)).toEqual([]);
    await increment(app, service("s"), { board: "other", userId: "closed", scoreIncrement: 1, idempotencyKey });
    await waitFor(
      async () => (await tryIncrement(app, service("s"), { userId: "open", scoreIncrement: 1 })).data !== null,
    );
  });
});
