import { readFileSync } from "node:fs";
import { makeExecutableSchema } from "@graphql-tools/schema";
import { execute, parse, validate, type GraphQLSchema } from "graphql";
import { beforeAll, describe, expect, test } from "vitest";
import { anonymous } from "../../src/auth/roles.js";
import { badInput } from "../../src/domain/errors.js";
import { DateTime } from "../../src/graphql/date-time.js";
import { formatError } from "../../src/graphql/errors.js";
import { Compiler } from "../../src/graphql/execution/compiler.js";
import { hashOf } from "../../src/graphql/execution/limits.js";
import { maxPreparedSize, preparable } from "../../src/graphql/execution/preparable.js";
import { PreparedOperations, type OperationRequest } from "../../src/graphql/execution/prepared-operations.js";
import { SharedFields } from "../../src/graphql/execution/shared-fields.js";
import { createLogger } from "../../src/observability/logger.js";
import { SampledLog } from "../../src/observability/sampled-log.js";
import { SafeInt } from "../../src/graphql/safe-int.js";
import { randomNumbers, randomRequest } from "../helpers/random-documents.js";

/** Compares the answers of prepared operations with graphql-js, over resolvers that give the same values each time. */

const context = { viewer: anonymous, caller: "test" };
const row = (userId: string, score = 7) => ({ board: "main", rank: 1, userId, score });
const rows = ['{"topScores":"rows"}', "rows", "__proto__", "$&"].map((userId) => row(userId));
/** Some players are known at once, others have to be read. */
const playerOf = (id: string) => {
  const player = { id, displayName: `"${id}"`, avatarUrl: null, country: "DE" };
  return id === "rows" ? Promise.resolve(player) : player;
};
const at = new Date("2026-11-23T10:00:00.000Z");

let schema: GraphQLSchema;
beforeAll(() => {
  const checked = (limit: number) => {
    if (limit < 1 || limit > 100) throw badInput("limit must be a whole number from 1 to 100.");
    return rows.slice(0, limit);
  };
  const event = { revision: 3, increment: 2, score: 9, occurredAt: at };
  const edges = [{ cursor: "c", node: event }];
  const error = { code: "BAD_USER_INPUT", message: "increment is required." };
  const pageInfo = { hasNextPage: false, hasPreviousPage: false };
  const rowPage = { totalCount: 4, edges: rows.map((node) => ({ cursor: node.userId, node })), pageInfo };
  const season = { number: 1, startedAt: at, standings: rowPage };
  const boardOf = (id: string) => ({
    ...{ id, title: `"${id}"`, operator: "ADD", order: "HIGHEST_FIRST", ties: "SHARED", writers: "PLAYERS" },
    ...{ unit: "POINTS", schedule: { cron: "0 0 * * 1", timezone: "UTC" }, archived: false, revision: 3, season },
    ...{ playerCount: 4, topScores: rows, entry: row("u"), standings: rowPage },
    entries: rows.map((entry) => ({ localRank: 1, entry })),
    seasons: { totalCount: 1, edges: [{ cursor: "1", node: season }], pageInfo },
  });
  schema = makeExecutableSchema({
    typeDefs: readFileSync("schema.graphql", "utf8"),
    resolvers: {
      SafeInt,
      DateTime,
      ScoreEntry: { player: ({ userId }: { userId: string }) => playerOf(userId) },
      Query: {
        player: (_root, { userId }: { userId: string }) => playerOf(userId),
        topScores: (_root, { limit }: { limit: number }) => checked(limit),
        playerScore: (_root, { userId }: { userId: string }) => (userId === "u" ? row("u") : null),
        scoresAround: (_root, { radius, userId }: { radius: number; userId: string }) => [
          ...checked(radius),
          row(userId),
        ],
        scoreHistory: async (_root, { first }: { first: number }) => {
          await Promise.resolve();
          return {
            edges: edges.slice(0, checked(first).length),
            pageInfo: { hasNextPage: false, hasPreviousPage: false },
          };
        },
        board: (_root, { id }: { id: string }) => {
          if (id === "rows") throw badInput("id must be a board's.");
          return Promise.resolve(boardOf(id));
        },
        boards: () => ({ totalCount: 1, edges: [{ cursor: "c", node: boardOf("main") }], pageInfo }),
        scoreAt: (_root, { userId }: { userId: string }) => {
          if (userId === "rows") throw new Error("a fault inside");
          return 5;
        },
      },
      Mutation: {
        setPlayer: (_root, { input }: { input: { userId: string; displayName?: string | null } }) => {
          if (input.displayName === null) throw badInput("displayName must be a name.");
          return playerOf(input.userId);
        },
        incrementScore: (_root, { userId, scoreIncrement }: { userId: string; scoreIncrement: number }) => {
          if (scoreIncrement === 0) throw badInput("scoreIncrement must not be zero.");
          return { success: true, message: "Score updated.", topScores: rows, entry: row(userId), revision: 1 };
        },
        submitScore: (_root, { userId, score }: { userId: string; score: number }) => ({
          ...{ success: true, message: "Score updated.", changed: score > 0, topScores: rows },
          ...{ entry: row(userId), revision: 1 },
        }),
        createBoard: (_root, { input }: { input: { id: string } }) => boardOf(input.id),
        updateBoard: (_root, { input }: { input: { id: string } }) => boardOf(input.id),
        archiveBoard: (_root, { board }: { board: string }) => boardOf(board),
        endSeason: () => Promise.resolve({ ...season, endedAt: at, playerCount: 4 }),
        enqueueIncrement: (_root, { userId }: { userId: string }) => ({ accepted: true, id: userId }),
        submitChanges: (_root, { changes }: { changes: readonly { userId: string; increment?: number }[] }) =>
          changes.map(({ userId, increment: score }) =>
            score == null ? { userId, error } : { userId, entry: row(userId, score), revision: 1 },
          ),
        enqueueChanges: (_root, { changes }: { changes: readonly { userId: string; increment?: number }[] }) =>
          changes.map(({ userId, increment }) => (increment == null ? { userId, error } : { userId, id: userId })),
      },
    },
  });
});

const log = new SampledLog(createLogger("silent"), () => 0);

function everLater(): () => number {
  let now = 0;
  return () => (now += 1e6);
}

/** @param now by default each request has a fresh budget for compiling */
function newOperations(now = everLater()): PreparedOperations {
  const compiler = new Compiler(now);
  return new PreparedOperations({ schema, sharedFields: new SharedFields(schema), compiler, log });
}

function prepare(operations: PreparedOperations, request: OperationRequest) {
  const document = parse(request.query);
  for (let times = 0; times < 4; times += 1) operations.learn(request, document, hashOf(request.query));
  return operations.get(request);
}

/** The text of the answer when the operation is not prepared. */
async function ordinary({ query, operationName, variables }: OperationRequest): Promise<string> {
  const { data, errors } = await execute({
    schema,
    document: parse(query),
    operationName,
    variableValues: variables,
    contextValue: context,
  });
  return JSON.stringify({ errors: errors?.map((error) => formatError(error, "execute")), data });
}

test.each<[OperationRequest["variables"], prepared: boolean]>([
  [{}, false],
  [undefined, false],
  [{ name: null }, true],
  [{ name: "Ada" }, true],
])(
  "a missing variable leaves its field of an input object away, as with the variables %j",
  async (variables, isUsed) => {
    const query = `mutation Q($name: String) { setPlayer(input: { userId: "main", displayName: $name }) { id } }`;
    const request = { query, operationName: "Q", variables };
    const answer = await prepare(newOperations(), request)?.run(context, variables);
    expect(answer !== undefined).toBe(isUsed);
    expect(answer?.body ?? (await ordinary(request))).toBe(await ordinary(request));
  },
);

test.each([1, 2, Math.floor(Math.random() * 1e9)])(
  "2,500 random documents read the same, prepared or not (seed %d)",
  async (seed) => {
    const random = randomNumbers(seed);
    const operations = newOperations();
    const counts = { valid: 0, prepared: 0, answered: 0, failed: 0 };
    for (let count = 0; count < 2_500; count += 1) {
      const request = randomRequest(schema, random);
      if (validate(schema, parse(request.query)).length > 0) continue;
      counts.valid += 1;
      const prepared = prepare(operations, request);
      if (!prepared) continue;
      counts.prepared += 1;
      const answer = await prepared.run(context, request.variables);
      if (!answer) continue;
      counts.answered += 1;
      if (answer.codes.length > 0) counts.failed += 1;
      expect(answer.body, `seed ${seed}, document ${count}: ${JSON.stringify(request)}`).toBe(await ordinary(request));
    }
    expect(counts.valid).toBeGreaterThan(1_000);
    expect(counts.answered).toBeGreaterThan(300);
    expect(counts.failed).toBeGreaterThan(3);
  },
  120_000, // 15 s on a quiet machine
);

describe("compiling", () => {
  const isPrepared = (query: string) => prepare(newOperations(), { query }) !== undefined;

  test.each([
    "{ topScores { rank userId } }",
    "query ($n: Int! = 3) { topScores(limit: $n) { ...Row __typename } } fragment Row on ScoreEntry { userId __typename }",
    "query ($o: Boolean!) { topScores { rank ...F @skip(if: $o) } } fragment F on ScoreEntry { userId score }",
    'mutation { incrementScore(userId: "u", scoreIncrement: 1) { topScores { rank } entry { score } } }',
  ])("%s", (query) => {
    expect(isPrepared(query)).toBe(true);
  });

  test.each([
    [
      "a fragment that is used again",
      "{ a: topScores { ...F } b: topScores { ...F } } fragment F on ScoreEntry { rank }",
    ],
    ["a name twice under conditions", "query ($o: Boolean!) { topScores { rank @skip(if: $o) rank } }"],
    ["an object twice", "{ topScores { rank } topScores { score } }"],
    ["introspection", "{ __schema { queryType { name } } }"],
    [
      "several mutations",
      'mutation { a: incrementScore(userId: "u", scoreIncrement: 1) { success } b: incrementScore(userId: "u", scoreIncrement: 1) { success } }',
    ],
    ["a name that objects have", "{ topScores { __proto__: rank } }"],
    ["another", "{ constructor: topScores { rank } }"],
    ["a variable with such a name", "query ($toString: Int! = 3) { topScores(limit: $toString) { rank } }"],
    ["another such variable", 'query ($__proto__: ID! = "main") { topScores(board: $__proto__) { rank } }'],
    [
      "a wide document",
      `{ topScores { ${Array.from({ length: maxPreparedSize }, (_none, index) => `f${index}: rank`).join(" ")} } }`,
    ],
    ["a long document", `{ topScores { rank } } # ${"long ".repeat(1_000)}`],
  ])("not %s", (_name, query) => {
    expect(validate(schema, parse(query))).toEqual([]);
    expect(isPrepared(query)).toBe(false);
  });

  test("fragments that spread others twice are not compiled, and take few steps to recognise", () => {
    const levels = Array.from(
      { length: 40 },
      (_none, index) => `fragment F${index} on ScoreEntry { ...F${index + 1} ...F${index + 1} }`,
    );
    const document = parse(`{ topScores(limit: 1) { ...F0 } } ${levels.join(" ")} fragment F40 on ScoreEntry { rank }`);
    let looks = 0;
    for (const definition of document.definitions) {
      if (!("selectionSet" in definition)) continue;
      const { selectionSet } = definition;
      Object.defineProperty(definition, "selectionSet", { get: () => ((looks += 1), selectionSet) });
    }
    expect(preparable(schema, document, undefined)).toBeUndefined();
    expect(looks).toBeLessThan(document.definitions.length + 3);
  });

  test("a compiled operation has at most as many parts, with its fragments inlined, as the limit says", () => {
    const random = randomNumbers(7);
    for (let count = 0; count < 500; count += 1) {
      const { query, operationName } = randomRequest(schema, random);
      expect(preparable(schema, parse(query), operationName)?.size ?? 0).toBeLessThanOrEqual(maxPreparedSize);
    }
  });

  test("compiling has a budget a second; other operations run uncompiled and are compiled later", () => {
    let now = 1_000;
    const operations = newOperations(() => now);
    const wide = (index: number) => ({
      query: `{ topScores { ${Array.from({ length: 150 }, (_none, field) => `f${field}_${index}: rank`).join(" ")} } }`,
    });
    const isReady = (index: number) => prepare(operations, wide(index)) !== undefined;
    const ready = Array.from({ length: 40 }, (_none, index) => isReady(index)).filter(Boolean).length;
    expect(ready).toBeGreaterThan(5);
    expect(ready).toBeLessThan(20);
    now += 1_000;
    expect(isReady(39)).toBe(true);
  });
});

test("graphql-js words the error for a null that is not allowed", async () => {
  const request = { query: "query ($l: Int = 3) { topScores(limit: $l) { userId } }" };
  const prepared = prepare(newOperations(), request);
  expect(await prepared?.run(context, { l: null })).toBeUndefined();
  expect((await prepared?.run(context, {}))?.body).toBe(await ordinary(request));
});

test("a comment with the end of a key in it makes no operation answer for another", () => {
  const operations = newOperations();
  const [name, start, end] = ["N", "query N { __typename } #", "{ topScores { rank } }"];
  for (const part of ["\0", " ", "-", ""]) {
    const request = { operationName: name, query: `${start}${part}${end}` };
    expect(prepare(operations, request)).toBeDefined();
    expect(operations.get({ operationName: `${name}${part}${start}`, query: end })).toBeUndefined();
    expect(operations.get({ query: `${name}${part}${start}${end}` })).toBeUndefined();
  }
});
