import { describe, expect, test } from "vitest";
import { startTestApp, useTestApp } from "../helpers/app.js";
import { batchTransports, type BatchedChange } from "../helpers/batches.js";
import { graphql, tryIncrement } from "../helpers/requests.js";
import { startStores } from "../helpers/stores.js";

const max = Number.MAX_SAFE_INTEGER;
const app = useTestApp({
  env: {
    BOARDS: "main,other,sizes,order,closed",
    MAX_INCREMENT: "1000",
    // So slow that the bucket does not refill while a batch is sent.
    RATE_LIMIT_PER_SECOND: "1",
    RATE_LIMIT_BURST: "2",
  },
});

async function scoreOf(userId: string, board = "main"): Promise<number | undefined> {
  const query = "query ($board: ID!, $userId: ID!) { playerScore(board: $board, userId: $userId) { score } }";
  const { data } = await graphql(app, { query, variables: { board, userId } });
  return (data?.playerScore as { score: number } | null | undefined)?.score;
}

/** The errors that concern a whole batch. */
const wholes: Record<string, { code: string; status: number; message: string }> = {
  token: { code: "UNAUTHENTICATED", status: 401, message: "Invalid authentication token." },
  board: { code: "BAD_USER_INPUT", status: 400, message: "board must be one of this server's boards." },
  none: { code: "BAD_USER_INPUT", status: 400, message: "changes must hold 1 to 100 changes, not 0." },
  many: { code: "BAD_USER_INPUT", status: 400, message: "changes must hold 1 to 100 changes, not 101." },
};

describe.each(Object.entries(batchTransports))("over %s", (transport, send) => {
  const service = app.token("referee", "service");
  const name = (text: string) => `${transport} ${text}`;
  const added = (userId: string, increment = 1): BatchedChange => ({ userId, increment });
  const wholeError = (kind: keyof typeof wholes) => {
    const { code, status, message } = wholes[kind] ?? { code: "", status: 0, message: "" };
    return { results: undefined, error: { code: transport === "REST" ? status : code, message } };
  };

  test("every kind of outcome may come at once: each change is judged by itself, in the order of the batch", async () => {
    const p = name("player");
    const start = max - 500;
    // The same subject as a service, which has no rate limit.
    const asService = app.token(p, "service");
    const before = await tryIncrement(app, asService, { userId: p, scoreIncrement: start, idempotencyKey: name("k") });
    const { revision } = before.data?.incrementScore as { revision: number };
    const first = { score: start, rank: expect.any(Number) as number, revision };
    const refused = (userId: string, code: string, message: string) => ({ userId, code, message });
    const bad = (userId: string, message: string) => refused(userId, "BAD_USER_INPUT", message);

    const rows: [BatchedChange, object][] = [
      [
        { userId: p, increment: 1 },
        { userId: p, score: start + 1, rank: 1, revision: revision + 1 },
      ],
      [{ userId: p, increment: 1000 }, bad(p, "increment would take the total beyond ±(2^53 - 1).")],
      [added("somebody else"), refused("somebody else", "FORBIDDEN", "A player may change no score but its own.")],
      [added(""), bad("", "userId must be 1 to 255 characters without control characters or lone surrogates.")],
      [added(p, 0), bad(p, "increment must be a whole number other than zero, within ±(2^53 - 1).")],
      [added(p, 1001), bad(p, "increment must be from 1 to 1000 for a player.")],
      [added(p, -1), bad(p, "increment must be from 1 to 1000 for a player.")],
      [
        { userId: p, score: 5 },
        bad(p, "score can't be set on this board, which adds increments. Send increment instead."),
      ],
      [{ userId: p, increment: 5, score: 5 }, bad(p, "A change takes either increment or score, not both.")],
      [{ userId: p }, bad(p, "increment is required.")],
      [{ userId: p, increment: null, score: null }, bad(p, "increment is required.")],
      [
        { userId: p, increment: 1, idempotencyKey: "" },
        bad(p, "idempotencyKey must be 1 to 255 printable ASCII characters."),
      ],
      [
        { userId: p, increment: 1, idempotencyKey: name("k") },
        refused(p, "IDEMPOTENCY_KEY_REUSED", "This idempotencyKey was used before with other arguments."),
      ],
      [
        { userId: p, increment: 2, idempotencyKey: null },
        { userId: p, score: start + 3, rank: 1, revision: revision + 2 },
      ],
      [added(p), { ...refused(p, "RATE_LIMITED", "Too many increments. Slow down."), retryAfter: 1 }],
    ];
    expect(await send(app, app.token(p), { changes: rows.map(([change]) => change) })).toEqual({
      results: rows.map(([, result]) => result),
      error: undefined,
    });
    expect(await scoreOf(p)).toBe(start + 3);
    // A player may not send so much, so the replay comes from the service.
    const replay = { userId: p, increment: start, idempotencyKey: name("k") };
    const { results } = await send(app, asService, { changes: [added(p, -1), replay] });
    expect(results?.[1]).toEqual({ userId: p, ...first });
    // The next transport's player must be first again.
    await send(app, asService, { changes: [added(p, -max + 1)] });
  });

  test("changes of one player are applied in their order, and a key that comes twice counts once", async () => {
    const userId = name("twice");
    const keyed = { userId, increment: 5, idempotencyKey: name("same") };
    const changes = [added(userId, 10), keyed, added(userId, -3), keyed, { ...keyed, increment: 6 }, added(userId, 1)];
    const { results = [] } = await send(app, service, { board: "order", changes });
    expect(results.map(({ score, code }) => score ?? code)).toEqual([10, 15, 12, 15, "IDEMPOTENCY_KEY_REUSED", 13]);
    const [first = 0, second] = results.map(({ revision }) => revision);
    expect(results.map(({ revision }) => revision)).toEqual([
      first,
      first + 1,
      first + 2,
      second,
      undefined,
      first + 3,
    ]);
    expect(await scoreOf(userId, "order")).toBe(13);
  });

  test("1 and 100 changes are applied, in their order", async () => {
    for (const size of [1, 100]) {
      const changes = Array.from({ length: size }, (_none, index) => added(name(`${index}`), index + 1));
      const { results } = await send(app, service, { board: "sizes", changes });
      expect(results?.map(({ userId }) => userId)).toEqual(changes.map(({ userId }) => userId));
      expect(results?.every(({ code }) => code === undefined)).toBe(true);
    }
    expect(await scoreOf(name("0"), "sizes")).toBe(2);
    expect(await scoreOf(name("99"), "sizes")).toBe(100);
  });

  test("a wrong number of changes, no token and an unknown board are errors of the whole", async () => {
    const userId = name("whole");
    const changes = [added(userId)];
    const many = Array.from({ length: 101 }, () => added(userId));
    expect(await send(app, service, { changes: [] })).toEqual(wholeError("none"));
    expect(await send(app, service, { changes: many })).toEqual(wholeError("many"));
    expect(await send(app, service, { board: "none", changes })).toEqual(wholeError("board"));
    expect(await send(app, undefined, { changes })).toEqual(wholeError("token"));
    expect(await scoreOf(userId)).toBeUndefined();
  });

  test("a board that is being recovered refuses each change that it would apply, and says when to try again", async () => {
    // As if another server answered. The worker compares and opens the board at once, so this goes on.
    const close = () => app.stores.redisClient.hset("lb:{closed}:meta", "run_id", "0".repeat(40));
    await close();
    const closing = setInterval(() => void close(), 1);
    try {
      const { results } = await send(app, service, { board: "closed", changes: [added("a"), added("b", 0)] });
      expect(results?.map(({ code, retryAfter }) => [code, retryAfter])).toEqual([
        ["RECOVERING", 1],
        ["BAD_USER_INPUT", undefined],
      ]);
    } finally {
      clearInterval(closing);
    }
  });
});

describe("GraphQL", () => {
  const service = app.token("graphql", "service");

  test("judges a batch's cost by its changes: in literals, and by 100 where they come in a variable", async () => {
    // 20 batches of 100 changes, each with more columns than the limit allows.
    const columns = "entry { userId board score rank } revision error { code message retryAfter } userId __typename";
    const batches = Array.from(
      { length: 20 },
      (_none, index) => `b${index}: submitChanges(changes: $c) { ${columns} }`,
    );
    const query = `mutation ($c: [ScoreChangeInput!]!) { ${batches.join(" ")} }`;
    const { errors } = await graphql(app, {
      query,
      variables: { c: [{ userId: "cost", increment: 1 }] },
      token: service,
    });
    expect(errors?.[0]?.message).toContain("An operation may cost at most 25000");
    const few = query.replaceAll("$c)", '[{userId: "cost", increment: 1}])').replace(/\(\$c.*?\)/, "");
    expect((await graphql(app, { query: few, token: service })).errors).toBeUndefined();
    expect(await scoreOf("cost")).toBe(20);
  });

  test("a change of a wrong type is an error of the whole", async () => {
    const query = "mutation ($c: [ScoreChangeInput!]!) { submitChanges(changes: $c) { revision } }";
    const changes = [
      { userId: "typed", increment: 1 },
      { userId: "typed", increment: 1.5 },
    ];
    for (let times = 0; times < 5; times += 1) {
      const { errors } = await graphql(app, { query, variables: { c: changes }, token: service });
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
    expect(await scoreOf("typed")).toBeUndefined();
  });
});

test("errors of changes are counted, though their batch is answered", async () => {
  const count = async () => {
    const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
    return Number(/^standings_batch_errors_total\{code="FORBIDDEN"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const before = await count();
  const changes = ["a", "b", "counted"].map((userId) => ({ userId, increment: 1 }));
  await batchTransports.REST(app, app.token("counted"), { changes });
  expect(await count()).toBe(before + 2);
});

test("without Redis each change of a batch fails by itself, without internals", async () => {
  const own = await startStores();
  const alone = await startTestApp({ stores: own });
  try {
    await own.redis.kill();
    const changes = [
      { userId: "a", increment: 1 },
      { userId: "b", increment: 0 },
    ];
    for (const send of Object.values(batchTransports)) {
      const { results = [] } = await send(alone, alone.token("referee", "service"), { changes });
      expect(["UNAVAILABLE", "UNKNOWN_OUTCOME"]).toContain(results[0]?.code);
      expect(results[1]?.code).toBe("BAD_USER_INPUT");
      expect(JSON.stringify(results)).not.toMatch(/redis|stream|closed|ECONN|127\.0\.0\.1|lua/i);
    }
  } finally {
    await alone.stop();
    await own.stop();
  }
});
