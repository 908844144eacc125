import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { scoreOperators, scoreOrders, tiePolicies, type BoardRules } from "../../src/domain/board.js";
import { useTestApp } from "../helpers/app.js";
import { run } from "../helpers/processes.js";
import { graphql } from "../helpers/requests.js";
import { SocketClient, type Message } from "../helpers/socket-client.js";
import { untilSynced } from "../helpers/synced.js";
import { waitFor } from "../helpers/wait-for.js";

/** Every combination of rules on every way to see a board, against a model of a few obvious lines. */

interface Row {
  rank: number;
  userId: string;
  score: number;
}

interface Sent {
  userId: string;
  amount: number;
}

const everyRules = scoreOperators.flatMap((operator) =>
  scoreOrders.flatMap((order) => tiePolicies.map((ties) => ({ operator, order, ties }))),
);
const idOf = ({ operator, order, ties }: BoardRules) =>
  [operator, order.slice(0, order.indexOf("_")), ties.slice(0, 5)].join("-").toLowerCase();

const app = useTestApp({ env: { BOARDS: "main" } });
const users = ["ada", "bob", "Ünal", "\u{1F3C6}", "zoe"];

/** The same changes for every board: repeated scores, ties, and scores that come back. */
const sent: Sent[] = [5, 3, 5, 7, 2, 4, 2, 4, 0, -1, 8, 5, 5, -3, 1, 9, 3, 3, 2, 6].map((amount, index) => ({
  userId: users[(index * 7 + (index % 3)) % users.length] ?? "",
  amount,
}));

class Model {
  readonly #rules: BoardRules;
  readonly #scores = new Map<string, { score: number; reached: number }>();
  #count = 0;

  constructor(rules: BoardRules) {
    this.#rules = rules;
  }

  /** @returns whether the score changed */
  apply({ userId, amount }: Sent): boolean {
    const { operator } = this.#rules;
    const before = this.#scores.get(userId)?.score;
    const sum = operator === "ADD" ? (before ?? 0) + amount : amount;
    const score = operator === "BEST" && before !== undefined && !this.#isBetter(sum, before) ? before : sum;
    if (score === before) return false;
    this.#scores.set(userId, { score, reached: (this.#count += 1) });
    return true;
  }

  rows(): Row[] {
    const shared = this.#rules.ties === "SHARED";
    const sorted = [...this.#scores].sort(([a, x], [b, y]) => {
      if (x.score !== y.score) return this.#isBetter(x.score, y.score) ? -1 : 1;
      return shared ? Buffer.compare(Buffer.from(b), Buffer.from(a)) : x.reached - y.reached;
    });
    return sorted.map(([userId, { score }], index) => ({
      userId,
      score,
      rank: 1 + (shared ? sorted.findIndex(([, other]) => other.score === score) : index),
    }));
  }

  #isBetter(a: number, b: number): boolean {
    return this.#rules.order === "HIGHEST_FIRST" ? a > b : a < b;
  }
}

const rowFields = "rank userId score";
const seen = `query ($board: ID!, $users: [ID!]!) {
  topScores(board: $board) { ${rowFields} }
  scoresAround(board: $board, userId: "ada", radius: 50) { ${rowFields} }
  board(id: $board) {
    playerCount
    season { number }
    entries(userIds: $users) { localRank entry { ${rowFields} } }
    first: standings(first: 2) { totalCount edges { node { ${rowFields} } } pageInfo { endCursor } }
    all: standings { edges { node { ${rowFields} } } }
    seasons { edges { node { number playerCount standings { edges { node { ${rowFields} } } } ada: entry(userId: "ada") { ${rowFields} } } } }
  }
}`;

interface Seen {
  topScores: Row[];
  scoresAround: Row[];
  board: {
    playerCount: number;
    season: { number: number };
    entries: { localRank: number; entry: Row }[];
    first: { totalCount: number; edges: { node: Row }[]; pageInfo: { endCursor: string } };
    all: { edges: { node: Row }[] };
    seasons: {
      edges: { node: { number: number; playerCount: number; standings: { edges: { node: Row }[] }; ada: Row } }[];
    };
  };
}

async function ask<Data>(query: string, variables: object, token?: string): Promise<Data> {
  const { data, errors } = await graphql(app, { query, variables, token });
  expect(errors).toBeUndefined();
  return data as Data;
}

const admin = () => app.token("root", "admin");

async function send(rules: BoardRules, change: Sent, index: number): Promise<boolean> {
  const [board, { userId, amount }] = [idOf(rules), change];
  const token = app.token("referee", "service");
  const key = index % 2 === 0 ? `change ${index}` : null;
  if (rules.operator === "ADD") {
    const mutation = `mutation ($board: ID!, $userId: ID!, $amount: SafeInt!, $key: String) {
      incrementScore(board: $board, userId: $userId, scoreIncrement: $amount, idempotencyKey: $key) { revision }
    }`;
    await ask(mutation, { board, userId, amount, key: key && `${board} ${key}` }, token);
    return true;
  }
  const mutation = `mutation ($board: ID!, $userId: ID!, $amount: SafeInt!, $key: String) {
    submitScore(board: $board, userId: $userId, score: $amount, idempotencyKey: $key) { changed }
  }`;
  const variables = { board, userId, amount, key: key && `${board} ${key}` };
  return (await ask<{ submitScore: { changed: boolean } }>(mutation, variables, token)).submitScore.changed;
}

/** What every way to see a board shows. */
async function expectShown(rules: BoardRules, rows: readonly Row[]): Promise<Seen> {
  const board = idOf(rules);
  const shown = await ask<Seen>(seen, { board, users: ["nobody", ...users] });
  expect(shown.topScores).toEqual(rows);
  expect(shown.scoresAround).toEqual(rows.some(({ userId }) => userId === "ada") ? rows : []);
  expect(shown.board.playerCount).toBe(rows.length);
  expect(shown.board.entries.map(({ entry }) => entry)).toEqual(rows);
  expect(shown.board.entries.map(({ localRank }) => localRank)).toEqual(rows.map(({ rank }) => rank));
  expect(shown.board.all.edges.map(({ node }) => node)).toEqual(rows);
  expect(shown.board.first.totalCount).toBe(rows.length);
  expect(shown.board.first.edges.map(({ node }) => node)).toEqual(rows.slice(0, 2));
  const rest = await fetch(`${app.url}/api/v1/boards/${board}/top`);
  expect(((await rest.json()) as { topScores: Row[] }).topScores).toEqual(rows);
  return shown;
}

/** A board that comes back can be read a moment before it takes changes. */
async function untilOpen(rules: BoardRules): Promise<void> {
  await waitFor(async () => (await app.stores.redisClient.hexists(`lb:{${idOf(rules)}}:meta`, "run_id")) === 1);
}

const boards = everyRules.map((rules) => ({
  ...rules,
  model: new Model(rules),
  changes: sent.filter(({ amount }) => rules.operator !== "ADD" || amount !== 0),
}));

beforeAll(async () => {
  for (const { model, changes, ...rules } of boards) {
    const create = `mutation ($input: CreateBoardInput!) { createBoard(input: $input) { id operator order ties } }`;
    const created = await ask<{ createBoard: object }>(create, { input: { id: idOf(rules), ...rules } }, admin());
    expect(created.createBoard).toEqual({ id: idOf(rules), ...rules });
    for (const [index, change] of changes.entries()) {
      expect(await send(rules, change, index), `change ${index}`).toBe(model.apply(change));
    }
  }
});

/** A repair takes seconds, because the worker has to give way. */
const damaged = boards.filter((_board, index) => index % 5 === 0);

test("the stores agree on boards of each kind, and scores that differ are found and repaired", async () => {
  const redis = app.stores.redisClient;
  for (const rules of boards) await untilSynced(app.stores, idOf(rules));
  for (const rules of damaged) {
    const [member = ""] = await redis.zrevrange(`lb:{${idOf(rules)}}:scores`, 0, 0);
    await redis.zincrby(`lb:{${idOf(rules)}}:scores`, 1_000, member);
  }
  const env = { DATABASE_URL: app.stores.databaseUrl, REDIS_URL: app.stores.redis.url, BOARDS: "main" };
  const { code, stdout } = await run(["src/cli.ts", "check", "--repair"], env);
  for (const board of boards) {
    const lines = stdout.split("\n").filter((line) => line.startsWith(`${idOf(board)}: `));
    const count = board.model.rows().length;
    const agree = `${idOf(board)}: agree (${count} players)`;
    expect(lines).toEqual(
      damaged.includes(board)
        ? [
            expect.stringContaining(`differ (1 of ${count} players)`),
            expect.stringContaining("repaired: rebuilt the standings in Redis from PostgreSQL"),
            agree,
          ]
        : [agree],
    );
  }
  expect(code).toBe(0);
}, 60_000);

describe.for(boards)("$operator, $order, $ties", ({ model, changes, ...rules }) => {
  test("all ways to see the board show what the model does", async () => {
    await expectShown(rules, model.rows());
  });

  test("a change is pushed, and each subscription begins with what stands", async () => {
    const client = await SocketClient.connect(app.wsUrl);
    const subscription = `subscription ($board: ID!) { topScoresUpdated(board: $board) { topScores { ${rowFields} } } }`;
    client.subscribe(subscription, { board: idOf(rules) });
    const rowsOf = ({ payload }: Message) =>
      (payload as { data: { topScoresUpdated: { topScores: Row[] } } }).data.topScoresUpdated.topScores;
    expect(rowsOf(await client.next())).toEqual(model.rows());
    // A tie of two players, of which neither had this score.
    for (const userId of ["zoe", "bob"]) {
      const amount = rules.order === "HIGHEST_FIRST" ? 50 : -50;
      await send(rules, { userId, amount }, 1);
      model.apply({ userId, amount });
    }
    await client.nextUntil((message) => isDeepStrictEqual(rowsOf(message), model.rows()));
    client.close();
  });

  test("a retry changes nothing and has the first answer", async () => {
    const before = await app.stores.redisClient.hget(`lb:{${idOf(rules)}}:meta`, "revision");
    const first = changes[0];
    if (!first) throw new Error("there are no changes");
    expect(await send(rules, first, 0)).toBe(true);
    expect(await app.stores.redisClient.hget(`lb:{${idOf(rules)}}:meta`, "revision")).toBe(before);
    await expectShown(rules, model.rows());
  });

  test("the history adds up, and tells every player's score", async () => {
    await untilSynced(app.stores, idOf(rules));
    for (const { userId, score } of model.rows()) {
      const { scoreHistory, scoreAt } = await ask<{
        scoreHistory: { edges: { node: { score: number; increment: number } }[] };
        scoreAt: number;
      }>(
        `query ($board: ID!, $userId: ID!, $at: DateTime!) {
          scoreHistory(board: $board, userId: $userId) { edges { node { score increment } } }
          scoreAt(board: $board, userId: $userId, at: $at)
        }`,
        { board: idOf(rules), userId, at: new Date(Date.now() + 60_000).toISOString() },
      );
      const events = scoreHistory.edges.map(({ node }) => node);
      expect(events[0]?.score).toBe(score);
      expect(scoreAt).toBe(score);
      expect(events.reduce((sum, { increment }) => sum + increment, 0)).toBe(score);
    }
  });

  test("a rebuild from PostgreSQL shows the same", async () => {
    await untilSynced(app.stores, idOf(rules));
    const lost = await app.stores.redisClient.keys(`lb:{${idOf(rules)}}:*`);
    await app.stores.redisClient.del(...lost);
    await untilOpen(rules);
    await expectShown(rules, model.rows());
    // The records are back, too.
    const [first] = changes;
    if (first) await send(rules, first, 0);
    await expectShown(rules, model.rows());
  });

  test("a season's standings stay, and the next one begins empty", async () => {
    const rows = model.rows();
    const end = `mutation ($board: ID!) { endSeason(board: $board, reason: "test") { number endedAt playerCount } }`;
    const { endSeason } = await ask<{ endSeason: { number: number; playerCount: number } }>(
      end,
      { board: idOf(rules) },
      admin(),
    );
    expect(endSeason).toMatchObject({ number: 1, playerCount: rows.length });
    const empty = await expectShown(rules, []);
    expect(empty.board.season.number).toBe(2);

    await send(rules, { userId: "ada", amount: 4 }, changes.length + 1);
    const shown = await expectShown(rules, [{ rank: 1, userId: "ada", score: 4 }]);
    const [season] = shown.board.seasons.edges.map(({ node }) => node);
    expect(season?.standings.edges.map(({ node }) => node)).toEqual(rows);
    expect(season?.ada).toEqual(rows.find(({ userId }) => userId === "ada"));
  });
});
