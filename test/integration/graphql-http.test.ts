import { beforeAll, describe, expect, test } from "vitest";
import { startTestApp, useTestApp } from "../helpers/app.js";
import {
  authorization,
  codeOf,
  graphql,
  increment,
  incrementMutation,
  postGraphQL,
  toAnswer,
  tryIncrement,
} from "../helpers/requests.js";
import { startStores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

const app = useTestApp({ env: { BOARDS: "main,other,many" } });
const token = app.token("referee", "service");

describe("queries", () => {
  beforeAll(async () => {
    await Promise.all(
      Array.from({ length: 120 }, (_none, index) =>
        increment(app, token, { board: "many", userId: `u${index}`, scoreIncrement: 1_000 - index }),
      ),
    );
  });

  test.each([
    ['{ topScores(board: "many") { rank } }', 10],
    ['{ topScores(board: "many", limit: 1) { rank } }', 1],
    ['{ topScores(board: "many", limit: 100) { rank } }', 100],
    ['{ topScores: scoresAround(board: "many", userId: "u60") { rank } }', 11],
    ['{ topScores: scoresAround(board: "many", userId: "u60", radius: 0) { rank } }', 1],
    ['{ topScores: scoresAround(board: "many", userId: "u60", radius: 50) { rank } }', 101],
    ['{ topScores: scoresAround(board: "many", userId: "u0", radius: 50) { rank } }', 51],
    ['{ topScores: scoresAround(board: "many", userId: "u119", radius: 50) { rank } }', 51],
  ])("%s has %d rows", async (query, count) => {
    expect((await graphql(app, { query })).data?.topScores).toHaveLength(count);
  });

  test("a board's name defaults to main", async () => {
    await increment(app, token, { userId: "default", scoreIncrement: 1 });
    const { data } = await graphql(app, {
      query: '{ playerScore(userId: "default") { score } topScores(board: "other") { rank } }',
    });
    expect(data).toEqual({ playerScore: { score: 1 }, topScores: [] });
  });

  test("work over GET", async () => {
    const url = `${app.url}/graphql?query=${encodeURIComponent('query($n:Int!){topScores(board:"many",limit:$n){userId}}')}&variables=${encodeURIComponent('{"n":2}')}`;
    const answer = await toAnswer(await fetch(url, { headers: { "apollo-require-preflight": "1" } }));
    expect(answer).toMatchObject({ status: 200, data: { topScores: [{ userId: "u0" }, { userId: "u1" }] } });
  });

  test("see an increment as soon as it is acknowledged", async () => {
    for (let score = 1; score <= 20; score += 1) {
      await increment(app, token, { userId: "own writes", scoreIncrement: 1 });
      const { data } = await graphql(app, { query: '{ playerScore(userId: "own writes") { score } }' });
      expect(data).toEqual({ playerScore: { score } });
    }
  });
});

describe("arguments that are BAD_USER_INPUT with their name", () => {
  const anId = 'userId: "u"';
  test.each([
    ...["0", "-1", "101", "2147483647", "-2147483648"].map((limit) => [
      `{ topScores(limit: ${limit}) { rank } }`,
      "limit",
    ]),
    ...["-1", "51", "2147483647"].map((radius) => [`{ scoresAround(${anId}, radius: ${radius}) { rank } }`, "radius"]),
    ...['"nope"', '""', '"MAIN"', '"__proto__"', "5"].flatMap((board) => [
      [`{ topScores(board: ${board}) { rank } }`, "board"],
      [`{ playerScore(board: ${board}, ${anId}) { rank } }`, "board"],
      [`{ scoresAround(board: ${board}, ${anId}) { rank } }`, "board"],
      [`mutation { incrementScore(board: ${board}, ${anId}, scoreIncrement: 1) { revision } }`, "board"],
    ]),
    ...['""', '"a\\nb"', '"\\u0000"', '"\\u0085"', '"""\n a\n b\n"""', `"${"x".repeat(256)}"`].flatMap((userId) => [
      [`{ playerScore(userId: ${userId}) { rank } }`, "userId"],
      [`{ scoresAround(userId: ${userId}) { rank } }`, "userId"],
      [`mutation { incrementScore(userId: ${userId}, scoreIncrement: 1) { revision } }`, "userId"],
    ]),
    [`mutation { incrementScore(${anId}, scoreIncrement: 0) { revision } }`, "scoreIncrement"],
    ...['""', '"ü"', '"\\t"', `"${"k".repeat(256)}"`].map((key) => [
      `mutation { incrementScore(${anId}, scoreIncrement: 1, idempotencyKey: ${key}) { revision } }`,
      "idempotencyKey",
    ]),
  ] as [string, string][])("%s (%s)", async (query, name) => {
    const answer = await graphql(app, { query, token });
    expect(codeOf(answer)).toBe("BAD_USER_INPUT");
    expect(answer.errors?.[0]?.message).toContain(name);
  });

  test("a null that a variable brings into an input object or a list, whenever it is asked", async () => {
    const operations = [
      `mutation ($w: BoardWriters = PLAYERS) { createBoard(input: { id: "never", writers: $w }) { id } }`,
      `query ($w: ID = "u") { board { entries(userIds: ["a", $w]) { localRank } } }`,
    ];
    for (const query of operations) {
      // From the fourth time on the operation is prepared.
      for (let time = 0; time < 6; time += 1) {
        const answer = await graphql(app, { query, variables: { w: null }, token: app.token("root", "admin") });
        expect(codeOf(answer), query).toBe("BAD_USER_INPUT");
      }
    }
  });

  // GraphQL accepts a nullable variable where the schema has a default.
  test.each([
    ["limit", "query ($value: Int) { topScores(limit: $value) { rank } }"],
    ["radius", 'query ($value: Int) { scoresAround(userId: "u", radius: $value) { rank } }'],
    ["board", "query ($value: ID) { topScores(board: $value) { rank } }"],
    ["board", 'mutation ($value: ID) { incrementScore(board: $value, userId: "u", scoreIncrement: 1) { revision } }'],
  ])("%s as a variable that is null: %s", async (name, query) => {
    const answer = await graphql(app, { query, variables: { value: null }, token });
    expect(codeOf(answer)).toBe("BAD_USER_INPUT");
    expect(answer.errors?.[0]?.message).toContain(name);
  });

  test("a userId with a lone surrogate, as a variable", async () => {
    const body = `{"query":${JSON.stringify(incrementMutation)},"variables":{"userId":"\\ud800","scoreIncrement":1}}`;
    expect(codeOf(await postGraphQL(app, body, authorization(token)))).toBe("BAD_USER_INPUT");
  });

  test.each([Number.MAX_SAFE_INTEGER - 1, -Number.MAX_SAFE_INTEGER + 1])(
    "a total beyond %d and 2 more",
    async (near) => {
      const userId = `near ${near}`;
      await increment(app, token, { userId, scoreIncrement: near });
      const answer = await tryIncrement(app, token, { userId, scoreIncrement: 2 * Math.sign(near) });
      expect(codeOf(answer)).toBe("BAD_USER_INPUT");
      const { data } = await graphql(app, {
        query: "query ($u: ID!) { playerScore(userId: $u) { score } }",
        variables: { u: userId },
      });
      expect(data).toEqual({ playerScore: { score: near } });
    },
  );
});

describe("SafeInt", () => {
  test.each(["5", "-5", "9007199254740991", "-9007199254740991", "5.0", "5e0"])(
    "takes the variable %s",
    async (json) => {
      const body = `{"query":${JSON.stringify(incrementMutation)},"variables":{"userId":"v${json}","scoreIncrement":${json}}}`;
      const { data, errors } = await postGraphQL(app, body, authorization(token));
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ incrementScore: { entry: { score: Number(json) } } });
    },
  );

  test.each([
    "1.5",
    '"5"',
    '""',
    "null",
    "true",
    "[5]",
    "{}",
    "1e400",
    "9007199254740992",
    "-9007199254740992",
    "1e16",
  ])("refuses the variable %s", async (json) => {
    const body = `{"query":${JSON.stringify(incrementMutation)},"variables":{"userId":"u","scoreIncrement":${json}}}`;
    const answer = await postGraphQL(app, body, authorization(token));
    expect(codeOf(answer)).toBe("BAD_USER_INPUT");
    expect(answer.errors?.[0]?.message).toContain("scoreIncrement");
  });

  test.each(["1.5", '"5"', "true", "FIVE", "5.0", "9007199254740992", "-9007199254740993", "99999999999999999999"])(
    "refuses the literal %s",
    async (literal) => {
      const query = `mutation { incrementScore(userId: "u", scoreIncrement: ${literal}) { revision } }`;
      expect(codeOf(await graphql(app, { query, token }))).toBe("GRAPHQL_VALIDATION_FAILED");
    },
  );
});

test("the mutation answers with the row, the revision and the ten best", async () => {
  const first = await increment(app, token, { board: "other", userId: "a", scoreIncrement: 5 });
  expect(first).toEqual({
    success: true,
    message: expect.stringMatching(/\S/) as string,
    entry: { rank: 1, userId: "a", score: 5 },
    revision: 1,
    topScores: [{ rank: 1, userId: "a", score: 5 }],
  });
  const second = await increment(app, token, { board: "other", userId: "b", scoreIncrement: 9 });
  expect(second).toMatchObject({ entry: { rank: 1 }, revision: 2, topScores: [{ userId: "b" }, { userId: "a" }] });
});

test("an internal failure has a fixed message and reveals no internals", async () => {
  const stores = await startStores();
  const own = await startTestApp({ stores });
  try {
    // An unexpected key type: the script fails with Redis' own message.
    await stores.redisClient.del("lb:{main}:scores");
    await stores.redisClient.set("lb:{main}:scores", "a string");
    const answers = await Promise.all([
      graphql(own, { query: "{ topScores { rank } }" }),
      tryIncrement(own, own.token("u"), { userId: "u", scoreIncrement: 1 }),
    ]);
    for (const answer of answers) {
      expect(["UNAVAILABLE", "INTERNAL_SERVER_ERROR", "UNKNOWN_OUTCOME"]).toContain(codeOf(answer));
      expect(answer.text).not.toMatch(/WRONGTYPE|redis|script|lua|stack|node_modules|\.ts|lb:/i);
    }
  } finally {
    await own.stop();
    await stores.stop();
  }
});

test("without Redis everything is UNAVAILABLE or UNKNOWN_OUTCOME, and works again once Redis is back", async () => {
  const stores = await startStores();
  const own = await startTestApp({ stores });
  try {
    await stores.redis.kill();
    expect(codeOf(await graphql(own, { query: "{ topScores { rank } }" }))).toBe("UNAVAILABLE");
    const answer = await tryIncrement(own, own.token("u"), { userId: "u", scoreIncrement: 1 });
    expect(["UNAVAILABLE", "UNKNOWN_OUTCOME"]).toContain(codeOf(answer));
    expect(answer.text).not.toMatch(/redis|stream|ECONN|closed/i);
    await stores.redis.restart();
    await waitFor(
      async () => codeOf(await tryIncrement(own, own.token("u"), { userId: "u", scoreIncrement: 1 })) === undefined,
    );
  } finally {
    await own.stop();
    await stores.stop();
  }
});
