import { afterAll, beforeAll, describe, test } from "vitest";
import { TwoWays } from "../helpers/two-ways.js";

/** Prepared operations answer as Apollo Server would. */

let ways: TwoWays;
beforeAll(async () => {
  ways = await TwoWays.start({ BOARDS: "main,second" });
});
afterAll(() => ways.stop());

const increment = `
  mutation M($board: ID! = "main", $userId: ID!, $by: SafeInt!, $key: String, $yes: Boolean = true) {
    a: incrementScore(board: $board, userId: $userId, scoreIncrement: $by, idempotencyKey: $key) {
      ...Parts @include(if: $yes)
      __typename
      topScores @skip(if: $yes) { userId }
    }
  }
  fragment Parts on IncrementScorePayload { success message revision entry { rank userId score } topScores { rank n: userId score } }`;

describe("one by one", () => {
  test.each([
    "incrementScore(userId: $userId, scoreIncrement: $by) { success message revision entry { rank userId score } topScores { rank userId score } }",
    "a: incrementScore(userId: $userId, scoreIncrement: $by) { rows: topScores { n: userId n: userId __typename score } entry { score } __typename }",
    "a: incrementScore(userId: $userId, scoreIncrement: $by) { message: topScores { rank } topScores: message }",
    "incrementScore(userId: $userId, scoreIncrement: $by) { topScores { rank } topScores { score } }",
    "incrementScore(userId: $userId, scoreIncrement: $by) { topScores @include(if: true) { rank } }",
    "incrementScore(userId: $userId, scoreIncrement: $by) { topScores { ... on ScoreEntry { rank } } revision }",
    "... on Mutation { incrementScore(userId: $userId, scoreIncrement: $by) { topScores { rank } } }",
  ])("the rows of %s", async (field) => {
    const query = `mutation ($userId: ID!, $by: SafeInt!) { ${field} }`;
    for (const userId of ["rows", '"topScores":"rows"', '","rows":"rows"', '\u2028"\\']) {
      const body = { query, variables: { userId, by: 100 } };
      await ways.expectTheSame({ body, headers: ways.bearer("referee") });
    }
    await ways.expectTheSame({ body: { query, variables: { userId: "", by: 1 } }, headers: ways.bearer("referee") });
  });

  test.each<[string, unknown]>([
    ["is accepted", { userId: "u", by: 5 }],
    ["has a fragment left out", { userId: "u", by: 5, yes: false }],
    ["has a null directive", { userId: "u", by: 5, yes: null }],
    ["has a number as an id", { userId: 5, by: 5 }],
    ["is replayed", { userId: "u", by: 5, key: "k" }],
    ["reuses a key", { userId: "u", by: 6, key: "k" }],
    ["is zero", { userId: "u", by: 0 }],
    ["is too large", { userId: "u", by: Number.MAX_SAFE_INTEGER }],
    ["is beyond a safe integer", { userId: "u", by: 2 ** 53 }],
    ["is a fraction", { userId: "u", by: 1.5 }],
    ["is a text", { userId: "u", by: "5" }],
    ["is missing", { userId: "u" }],
    ["is null", { userId: "u", by: null }],
    ["names no board", { board: "none", userId: "u", by: 1 }],
    ["has a null board", { board: null, userId: "u", by: 1 }],
    ["has an empty user", { userId: "", by: 1 }],
    ["has a user with a control character", { userId: "\u0007", by: 1 }],
    ["has a user that is a lone surrogate", { userId: "\ud800", by: 1 }],
    ["has an object as user", { userId: { a: 1 }, by: 1 }],
    ["has a list as user", { userId: ["u"], by: 1 }],
    ["has an unknown variable", { userId: "u", by: 1, nothing: 1 }],
    ["has __proto__", JSON.parse('{"userId":"u","by":1,"__proto__":{"by":2}}') as unknown],
    ["has no variables", undefined],
    ["has variables that are a list", []],
    ["has variables that are a text", "{}"],
  ])("an increment that %s", async (_name, variables) => {
    await ways.expectTheSame({ body: { query: increment, variables }, headers: ways.bearer("referee") });
  });

  test.each<[string, unknown]>([
    [
      "is accepted",
      [
        { userId: "u", increment: 5 },
        { userId: "v", increment: 1, score: null, idempotencyKey: null },
      ],
    ],
    ["is one change instead of a list", { userId: "u", increment: 5 }],
    ["is empty", []],
    ["has changes that fail", [{ userId: "" }, { userId: "u", score: 1 }, { userId: "u", increment: 0 }]],
    ["has a number as an id", [{ userId: 5, increment: 5 }]],
    ["has a change without a player", [{ increment: 5 }]],
    ["has a null player", [{ userId: null, increment: 5 }]],
    ["has a null change", [{ userId: "u", increment: 5 }, null]],
    ["has a text as increment", [{ userId: "u", increment: "5" }]],
    ["has an increment beyond a safe integer", [{ userId: "u", increment: 2 ** 53 }]],
    ["has an unknown field", [{ userId: "u", increment: 5, by: 5 }]],
    ["has __proto__", JSON.parse('[{"userId":"u","increment":5,"__proto__":{"increment":6}}]') as unknown],
    ["has a list in the list", [[{ userId: "u", increment: 5 }]]],
    ["is a text", "u"],
    ["is null", null],
    ["is missing", undefined],
  ])("a batch that %s", async (_name, changes) => {
    const query =
      "mutation ($changes: [ScoreChangeInput!]!) { submitChanges(changes: $changes) { userId revision entry { rank score userId } error { code message retryAfter } } }";
    await ways.expectTheSame({ body: { query, variables: { changes } }, headers: ways.bearer("referee") });
  });

  test.each<[string, unknown]>([
    ["all its parts", { u: "u", by: 5, key: "parts of a change" }],
    ["no optional part", { u: "u" }],
    ["null for its optional parts", { u: "u", by: null, key: null }],
    ["no player", { by: 5 }],
    ["a null player", { u: null, by: 5 }],
  ])("a batch whose variables give %s", async (_name, variables) => {
    const query =
      "mutation ($u: ID!, $by: SafeInt, $key: String) { submitChanges(changes: [{ userId: $u, increment: $by, idempotencyKey: $key }, { userId: $u, increment: 1 }]) { revision entry { score } error { message } } }";
    await ways.expectTheSame({ body: { query, variables }, headers: ways.bearer("referee") });
  });

  test("a player whose id is the name of the rows' field: no field takes another's place", async () => {
    const query =
      "mutation ($u: ID!) { incrementScore(userId: $u, scoreIncrement: 1) { entry { topScores: userId } topScores { userId } } }";
    for (const u of ["rows", "$&", "$`", "$'"])
      await ways.expectTheSame({ body: { query, variables: { u } }, headers: ways.bearer("referee") }, 7);
  });

  test.each<[string, string, unknown]>([
    [
      "a fragment that is used twice under conditions",
      "query ($o: Boolean!) { one: topScores { rank ...F @skip(if: $o) } two: topScores { rank ...F @include(if: $o) } } fragment F on ScoreEntry { userId score }",
      { o: true },
    ],
    ["a null in the place of a default", "query ($l: Int = 3) { topScores(limit: $l) { userId } }", { l: null }],
    ["a default that is null", "query ($l: Int = null) { topScores(limit: $l) { userId } }", {}],
    ["names that objects have", "{ topScores { __proto__: userId constructor: rank toString: score } }", {}],
    ["such a name at the root", "{ __proto__: topScores { rank } }", {}],
    ["two fields of which one fails", "{ a: topScores(limit: 0) { rank } b: topScores(limit: 101) { rank } }", {}],
  ])("%s", async (_name, query, variables) => {
    await ways.expectTheSame({ body: { query, variables }, headers: {} }, 7);
  });

  test.each<[string, Record<string, string>]>([
    ["nobody", {}],
    ["a token that is none", { authorization: "Bearer none" }],
    ["a header that is none", { authorization: "Basic YTpi" }],
  ])("%s may not increment", async (_name, headers) => {
    await ways.expectTheSame({ body: { query: increment, variables: { userId: "u", by: 1 } }, headers });
  });

  test("a player may not increment another player's score, nor add more than allowed", async () => {
    const headers = ways.bearer("ada", "player");
    await ways.expectTheSame({ body: { query: increment, variables: { userId: "bob", by: 1 } }, headers });
    await ways.expectTheSame({ body: { query: increment, variables: { userId: "ada", by: 1_000_001 } }, headers });
    await ways.expectTheSame({ body: { query: increment, variables: { userId: "ada", by: 1 } }, headers });
  });

  test.each([
    undefined,
    "*/*",
    "application/json",
    "application/graphql-response+json",
    "application/graphql-response+json,application/json;q=0.9",
    "application/json, multipart/mixed",
    "text/html",
    "text/event-stream",
    "image/png",
  ])("the answer's type for Accept: %s", async (accept) => {
    for (const query of ["{ topScores { rank userId } }", "{ topScores(limit: 0) { rank } }", "{ nothing }", "{"]) {
      await ways.expectTheSame({ body: { query }, headers: accept === undefined ? {} : { accept } });
    }
  });

  test.each<[string, unknown]>([
    [
      "two operations, one named",
      { query: "query A { topScores { rank } } query B { __typename }", operationName: "A" },
    ],
    ["two operations, none named", { query: "query A { topScores { rank } } query B { __typename }" }],
    ["a name that is not there", { query: "query A { __typename }", operationName: "B" }],
    ["an empty name", { query: "query A { __typename }", operationName: "" }],
    ["a null name", { query: "query A { __typename }", operationName: null }],
    ["a name that is a number", { query: "query A { __typename }", operationName: 5 }],
    ["no query", { variables: {} }],
    ["a query that is a number", { query: 5 }],
    ["an empty query", { query: "" }],
    ["an empty body", {}],
    ["a list of operations", [{ query: "{ __typename }" }]],
    ["extensions", { query: "{ __typename }", extensions: { a: 1 } }],
    ["extensions that are a text", { query: "{ __typename }", extensions: "a" }],
    ["introspection", { query: "{ __schema { queryType { name } } }" }],
    ["introspection beside a field", { query: '{ topScores { rank } __type(name: "Query") { name } }' }],
    ["a subscription", { query: "subscription { topScoresUpdated { revision } }" }],
    ["21 root fields", { query: `{ ${Array.from({ length: 21 }, (_, n) => `f${n}: topScores { rank }`).join(" ")} }` }],
    ["more than 1,000 tokens", { query: `{ ${"topScores { rank } ".repeat(300)} }` }],
    [
      "history",
      { query: '{ scoreHistory(userId: "nobody") { edges { cursor } pageInfo { hasNextPage endCursor } } }' },
    ],
    ["an odd cursor", { query: '{ scoreHistory(userId: "nobody", after: "x") { edges { cursor } } }' }],
    [
      "a time",
      { query: 'query ($at: DateTime!) { scoreAt(userId: "u", at: $at) }', variables: { at: "2020-01-01T00:00:00Z" } },
    ],
    [
      "a time that is none",
      { query: 'query ($at: DateTime!) { scoreAt(userId: "u", at: $at) }', variables: { at: "x" } },
    ],
  ])("a request with %s", async (_name, body) => {
    await ways.expectTheSame({ body, headers: {} });
  });

  test("several mutations in one document run one after another", async () => {
    const query =
      'mutation { a: incrementScore(userId: "row", scoreIncrement: 1) { entry { score } } b: incrementScore(userId: "row", scoreIncrement: 0) { success } c: incrementScore(userId: "row", scoreIncrement: 2) { entry { score } } }';
    await ways.expectTheSame({ body: { query }, headers: ways.bearer("referee") });
    await ways.expectTheSame({ body: { query: '{ playerScore(userId: "row") { score } }' }, headers: {} });
  });
});
