import { beforeAll, describe, expect, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { codeOf, graphql, type GraphQLAnswer } from "../helpers/requests.js";

const app = useTestApp({ env: { MAX_INCREMENT: "10" } });
const service = () => app.token("referee", "service");
const player = () => app.token("ada");

beforeAll(async () => {
  for (const input of [
    { id: "best", operator: "BEST", writers: "PLAYERS" },
    { id: "times", operator: "BEST", order: "LOWEST_FIRST", unit: "MILLISECONDS" },
    { id: "latest", operator: "LATEST", writers: "PLAYERS" },
    { id: "sums", writers: "SERVICES" },
  ]) {
    const query = `mutation ($input: CreateBoardInput!) { createBoard(input: $input) { id } }`;
    expect(
      (await graphql(app, { query, variables: { input }, token: app.token("root", "admin") })).errors,
    ).toBeUndefined();
  }
});

function submit(board: string, userId: string, score: number, token = service(), key?: string): Promise<GraphQLAnswer> {
  const query = `mutation ($board: ID!, $userId: ID!, $score: SafeInt!, $key: String) {
    submitScore(board: $board, userId: $userId, score: $score, idempotencyKey: $key) {
      success message changed revision entry { rank userId score } topScores { rank userId score }
    }
  }`;
  return graphql(app, { query, variables: { board, userId, score, key }, token });
}

function increment(board: string, userId: string, by: number, token: string): Promise<GraphQLAnswer> {
  const query = `mutation ($board: ID!, $userId: ID!, $by: SafeInt!) {
    incrementScore(board: $board, userId: $userId, scoreIncrement: $by) { revision }
  }`;
  return graphql(app, { query, variables: { board, userId, by }, token });
}

function post(path: string, body: object): Promise<Response> {
  return fetch(`${app.url}/api/v1/scores/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${service()}` },
    body: JSON.stringify(body),
  });
}

test("a better score counts, and one that is no better changes nothing and is no error", async () => {
  const first = (await submit("best", "bob", 50)).data?.submitScore as { revision: number };
  expect(first).toEqual({
    success: true,
    message: "Score updated successfully.",
    changed: true,
    revision: expect.any(Number) as number,
    entry: { rank: 1, userId: "bob", score: 50 },
    topScores: [{ rank: 1, userId: "bob", score: 50 }],
  });
  for (const worse of [50, 49, -1]) {
    expect((await submit("best", "bob", worse)).data?.submitScore).toEqual({
      ...first,
      message: "The score stays as it was.",
      changed: false,
    });
  }
  const keyed = (await submit("best", "bob", 10, service(), "worse")).data?.submitScore;
  await submit("best", "bob", 70);
  const { entry, changed } = (await submit("best", "bob", 10, service(), "worse")).data?.submitScore as {
    entry: object;
    changed: boolean;
  };
  // The retry has the first answer's score, and that it changed nothing.
  expect({ score: entry, changed }).toMatchObject({ score: { userId: "bob", score: 50 }, changed: false });
  expect(keyed).toMatchObject({ changed: false, entry: { score: 50 } });
});

test("where the lowest comes first, a shorter time is better", async () => {
  for (const [userId, time] of [
    ["ada", 71_500],
    ["bob", 69_020],
    ["ada", 68_000],
    ["bob", 70_000],
  ] as const) {
    await submit("times", userId, time);
  }
  const { data } = await graphql(app, { query: `{ topScores(board: "times") { rank userId score } }` });
  expect(data?.topScores).toEqual([
    { rank: 1, userId: "ada", score: 68_000 },
    { rank: 2, userId: "bob", score: 69_020 },
  ]);
});

test.for([0, -5, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER])("the latest score may be %d", async (score) => {
  const answer = (await submit("latest", "ada", score, player())).data?.submitScore;
  expect(answer).toMatchObject({ changed: true, entry: { userId: "ada", score } });
  expect((await submit("latest", "ada", score, player())).data?.submitScore).toMatchObject({ changed: false });
});

test.for([2 ** 53, -(2 ** 53), 1.5])("a score can't be %d", async (score) => {
  expect(codeOf(await submit("latest", "ada", score))).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);
});

test("the wrong mutation for a board's operator is bad input, alone and in a batch", async () => {
  const wrong = await increment("best", "ada", 1, service());
  expect([codeOf(wrong), wrong.errors?.[0]?.message]).toEqual([
    "BAD_USER_INPUT",
    "scoreIncrement can't be added on this board, which takes scores. Send score instead.",
  ]);
  const set = await submit("main", "ada", 1);
  expect([codeOf(set), set.errors?.[0]?.message]).toEqual([
    "BAD_USER_INPUT",
    "score can't be set on this board, which adds increments. Send increment instead.",
  ]);
  const batch = await post("batch", {
    board: "best",
    changes: [
      { userId: "eve", score: 3 },
      { userId: "eve", increment: 4 },
      { userId: "eve" },
      { userId: "eve", score: 2 },
    ],
  });
  expect(await batch.json()).toMatchObject({
    results: [
      { userId: "eve", score: 3 },
      { code: "BAD_USER_INPUT" },
      { code: "BAD_USER_INPUT", message: "score is required." },
      { userId: "eve", score: 3 },
    ],
  });
});

describe("who may write", () => {
  test("a player sends any score of its own where players write, and no other player's", async () => {
    expect(codeOf(await submit("best", "ada", 1_000_000, player()))).toBeUndefined();
    expect(codeOf(await submit("best", "bob", 1, player()))).toBe("FORBIDDEN");
    expect(codeOf(await submit("best", "bob", 1, "nonsense"))).toBe("UNAUTHENTICATED");
  });

  test("a board for services refuses players, on every way in, and takes services", async () => {
    expect(codeOf(await increment("sums", "ada", 1, player()))).toBe("FORBIDDEN");
    expect(codeOf(await submit("times", "ada", 1, player()))).toBe("FORBIDDEN");
    const rest = await fetch(`${app.url}/api/v1/scores/update`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ board: "sums", userId: "ada", scoreIncrement: 1, authToken: player() }),
    });
    expect([rest.status, await rest.json()]).toEqual([
      403,
      { success: false, message: "On this board only services change scores." },
    ]);
    expect(codeOf(await increment("sums", "ada", 1, service()))).toBeUndefined();
  });

  test("a board that becomes one for services refuses players on every process within two seconds", async () => {
    const update = `mutation { updateBoard(input: { id: "latest", writers: SERVICES }) { writers } }`;
    await graphql(app, { query: update, token: app.token("root", "admin") });
    await expect
      .poll(async () => codeOf(await submit("latest", "ada", 7, player())), { timeout: 2_000 })
      .toBe("FORBIDDEN");
  });
});

describe("POST /api/v1/scores/submit", () => {
  test("answers as update does", async () => {
    const answer = await post("submit", { board: "times", userId: "zoe", score: 60_000 });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        success: true,
        message: "Score updated successfully.",
        topScores: expect.arrayContaining([{ userId: "zoe", score: 60_000 }]) as object[],
      },
    ]);
  });

  test.for<[string, object, number, string]>([
    ["no score", { userId: "zoe" }, 400, "score is required."],
    ["a text", { userId: "zoe", score: "5" }, 400, "score must be a whole number, not text."],
    ["a fraction", { userId: "zoe", score: 1.5 }, 400, "score must be a whole number, not a fraction."],
    ["no user", { score: 5 }, 400, "userId is required."],
    [
      "an unknown board",
      { board: "nowhere", userId: "zoe", score: 5 },
      400,
      "board must be one of this server's boards.",
    ],
    [
      "a board that adds",
      { board: "main", userId: "zoe", score: 5 },
      400,
      "score can't be set on this board, which adds increments. Send increment instead.",
    ],
    [
      "a wrong season",
      { board: "times", userId: "zoe", score: 5, season: 0 },
      400,
      "season must be a whole number from 1 to 2147483647.",
    ],
    [
      "another season",
      { board: "times", userId: "zoe", score: 5, season: 2 },
      409,
      "That season does not run. Nothing was changed.",
    ],
  ])("refuses %s", async ([, body, status, message]) => {
    const answer = await post("submit", { board: "times", ...body });
    expect([answer.status, await answer.json()]).toEqual([status, { success: false, message }]);
  });

  test("a board that is archived refuses changes with 409, and reads go on", async () => {
    await post("submit", { board: "times", userId: "zoe", score: 59_000, idempotencyKey: "last" });
    const archive = `mutation { archiveBoard(board: "times", reason: "over") { archived } }`;
    const archived = await graphql(app, { query: archive, token: app.token("root", "admin") });
    expect(archived.data?.archiveBoard).toEqual({ archived: true });
    const refused = await post("submit", { board: "times", userId: "zoe", score: 5 });
    expect([refused.status, await refused.json()]).toEqual([
      409,
      { success: false, message: "This board is archived: its scores stay as they are." },
    ]);
    expect(codeOf(await submit("times", "zoe", 5))).toBe("BOARD_ARCHIVED");
    // A retry of what counted before is still answered.
    const retried = await post("submit", { board: "times", userId: "zoe", score: 59_000, idempotencyKey: "last" });
    expect(retried.status).toBe(200);
    const { data } = await graphql(app, { query: `{ playerScore(board: "times", userId: "zoe") { score } }` });
    expect(data?.playerScore).toEqual({ score: 59_000 });
  });
});
