import { beforeAll, describe, expect, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { graphql, increment, updateScore, type Entry } from "../helpers/requests.js";
import { SocketClient, type Result } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";

const max = Number.MAX_SAFE_INTEGER;

const app = useTestApp({ env: { BOARDS: "main,ties,row,exact,sum,empty,fresh" } });
const token = app.token("referee", "service");

async function read(declared: string, field: string, variables: Record<string, unknown>): Promise<unknown> {
  const query = `query ($board: ID!${declared}) { answer: ${field} { rank userId score } }`;
  const { data, errors } = await graphql(app, { query, variables });
  expect(errors).toBeUndefined();
  return data?.answer;
}

const readTop = (board: string) => read("", "topScores(board: $board, limit: 100)", { board });
const readPlayer = (board: string, userId: string) =>
  read(", $userId: ID!", "playerScore(board: $board, userId: $userId)", { board, userId });
const readAround = (board: string, userId: string, radius: number) =>
  read(", $userId: ID!, $radius: Int!", "scoresAround(board: $board, userId: $userId, radius: $radius)", {
    board,
    userId,
    radius,
  });

async function readPushed(board: string): Promise<unknown> {
  const socket = await SocketClient.connect(app.wsUrl);
  try {
    socket.subscribe(
      `subscription ($board: ID!) { topScoresUpdated(board: $board, limit: 100) { topScores { rank userId score } } }`,
      { board },
    );
    const { payload } = await socket.next();
    return ((payload as Result).data?.topScoresUpdated as { topScores: unknown }).topScores;
  } finally {
    socket.close();
  }
}

describe("equal scores", () => {
  const board = "ties";
  let top: Entry[];

  beforeAll(async () => {
    // In this order, each new player meets the players with whom it will share a rank. UTF-16 sorts 😀 before ﬀ, UTF-8
    // after.
    const rows = [
      ["ann", 5],
      ["z", 9],
      ["bob", 7],
      ["Bob", 7],
      ["b", 7],
      ["é", 7],
      ["😀", 7],
      ["ﬀ", 7],
      ["bobby", 7],
      ["c", 5],
      ["d", -1],
    ] as const;
    for (const [userId, scoreIncrement] of rows) await increment(app, token, { board, userId, scoreIncrement });
    top = (await readTop(board)) as Entry[];
  });

  test("share a rank, and the next lower score skips as many ranks", () => {
    expect(top.map(({ rank, score }) => [rank, score])).toEqual([
      [1, 9],
      ...Array.from({ length: 7 }, () => [2, 7]),
      [9, 5],
      [9, 5],
      [11, -1],
    ]);
  });

  test("stand in a fixed order that does not depend on when they came", async () => {
    const before = top.map(({ userId }) => userId);
    for (const scoreIncrement of [100, -100]) await increment(app, token, { board, userId: "b", scoreIncrement });
    expect(((await readTop(board)) as Entry[]).map(({ userId }) => userId)).toEqual(before);
  });

  test("stand in the same order for a subscriber", async () => {
    expect(await readPushed(board)).toEqual(top);
  });

  test("stand in the same order in the answers of both mutations", async () => {
    // A player far below changes no row above it.
    const { topScores } = await increment(app, token, { board, userId: "last", scoreIncrement: -50 });
    expect(topScores).toEqual(top.slice(0, 10));
    const { body } = await updateScore(app, { board, userId: "last", scoreIncrement: -1, authToken: token });
    expect(body.topScores).toEqual(top.slice(0, 10).map(({ userId, score }) => ({ userId, score })));
  });

  test("have the same rank in playerScore", async () => {
    for (const row of top) expect(await readPlayer(board, row.userId)).toEqual(row);
  });

  test.each([0, 1, 2, 3, 50])(
    "stand in the same order, with the same ranks, in scoresAround of radius %d",
    async (radius) => {
      const all = (await readTop(board)) as Entry[];
      for (const [index, { userId }] of all.entries()) {
        const expected = all.slice(Math.max(0, index - radius), index + radius + 1);
        expect(await readAround(board, userId, radius)).toEqual(expected);
      }
    },
  );

  test("have the same rank in the entry of an increment", async () => {
    const { entry: row } = await increment(app, token, { board, userId: "newcomer", scoreIncrement: 5 });
    expect(row).toEqual({ rank: 9, userId: "newcomer", score: 5 });
    await increment(app, token, { board, userId: "newcomer", scoreIncrement: -1_000 });
  });
});

test("the example of the contract: 1, 2, 2, 4", async () => {
  for (const [userId, scoreIncrement] of [
    ["a", 1],
    ["b", 2],
    ["c", 2],
    ["d", 3],
  ] as const) {
    await increment(app, token, { board: "row", userId, scoreIncrement });
  }
  expect(((await readTop("row")) as Entry[]).map(({ rank }) => rank)).toEqual([1, 2, 2, 4]);
});

test("a player without a score has no row, but a player whose total is zero has one", async () => {
  expect(await readPlayer("empty", "nobody")).toBeNull();
  expect(await readAround("empty", "nobody", 5)).toEqual([]);
  expect(await readTop("empty")).toEqual([]);
  for (const scoreIncrement of [5, -5]) await increment(app, token, { board: "fresh", userId: "zero", scoreIncrement });
  expect(await readPlayer("fresh", "zero")).toEqual({ rank: 1, userId: "zero", score: 0 });
});

describe("numbers are exact", () => {
  test.each([
    ["the highest", [max], max],
    ["the lowest", [-max], -max],
    ["one below the highest", [max - 1], max - 1],
    ["from one end to the other", [max, -max, -max], -max],
    ["an odd number that floats of 32 bits don't know", [16_777_217], 16_777_217],
    ["beyond 32 bits", [2_147_483_647, 1], 2_147_483_648],
    ["by one at the top", [max - 1, 1], max],
    ["an odd number near the highest", [max - 46], max - 46],
    ["an odd number near the lowest", [-max + 46], -max + 46],
  ])("%s", async (userId, increments, total) => {
    const board = "exact";
    let answered: Entry | undefined;
    for (const scoreIncrement of increments) {
      answered = (await increment(app, token, { board, userId, scoreIncrement })).entry;
    }
    expect(answered).toMatchObject({ userId, score: total });
    const row = await readPlayer(board, userId);
    expect(row).toEqual(answered);
    expect(await readTop(board)).toContainEqual(row);
    expect(await readPushed(board)).toContainEqual(row);
    expect(await readAround(board, userId, 0)).toEqual([row]);
    const [stored] = await readLedger(board, userId);
    expect(stored).toBe(String(total));
  });

  test("two neighbours at the top have different ranks", async () => {
    await increment(app, token, { board: "exact", userId: "first", scoreIncrement: max });
    await increment(app, token, { board: "exact", userId: "second", scoreIncrement: max - 1 });
    const [first, second] = await Promise.all([readPlayer("exact", "first"), readPlayer("exact", "second")]);
    expect((second as Entry).rank).toBeGreaterThan((first as Entry).rank);
  });
});

test("increments that come at the same time are all counted", async () => {
  const sent = Array.from({ length: 200 }, (_none, index) => ({ userId: `p${index % 7}`, scoreIncrement: index + 1 }));
  const answers = await Promise.all(sent.map((change) => increment(app, token, { board: "sum", ...change })));
  const revisions = answers.map(({ revision }) => revision).sort((a, b) => a - b);
  expect(revisions).toEqual(Array.from({ length: 200 }, (_none, index) => index + 1));
  const total = ((await readTop("sum")) as Entry[]).reduce((sum, { score }) => sum + score, 0);
  expect(total).toBe((200 * 201) / 2);
});

/** The rows in PostgreSQL once it has caught up. */
async function readLedger(board: string, userId: string): Promise<string[]> {
  await waitFor(async () => (await app.stores.redisClient.xlen(`lb:{${board}}:outbox`)) === 0);
  const sql = "SELECT score::text FROM user_scores WHERE board = $1 AND user_id = $2";
  const rows = await app.stores.query<{ score: string }>(sql, [board, userId]);
  return rows.map(({ score }) => score);
}
