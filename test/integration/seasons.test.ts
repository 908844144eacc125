import { expect, test } from "vitest";
import { startTestApp, useTestApp } from "../helpers/app.js";
import { codeOf, graphql, type GraphQLAnswer } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { untilSynced } from "../helpers/synced.js";
import { waitFor } from "../helpers/wait-for.js";

const app = useTestApp();
const second = useTestApp({ beside: app, role: "api" });
const admin = () => app.token("root", "admin");
const referee = () => app.token("referee", "service");

async function ask(query: string, variables: object, token?: string): Promise<GraphQLAnswer> {
  return graphql(app, { query, variables, token });
}

async function createBoard(id: string, input: object = {}): Promise<Record<string, unknown>> {
  const query = `mutation ($input: CreateBoardInput!) {
    createBoard(input: $input) { id schedule { cron timezone } season { number startedAt endsAt endedAt } }
  }`;
  const answer = await ask(query, { input: { id, ...input } }, admin());
  expect(answer.errors).toBeUndefined();
  return answer.data?.createBoard as Record<string, unknown>;
}

function increment(board: string, change: object = {}): Promise<GraphQLAnswer> {
  const query = `mutation ($board: ID!, $userId: ID!, $by: SafeInt!, $key: String, $season: Int) {
    incrementScore(board: $board, userId: $userId, scoreIncrement: $by, idempotencyKey: $key, season: $season) {
      revision entry { score }
    }
  }`;
  return ask(query, { board, userId: "ada", by: 5, ...change }, referee());
}

async function endSeason(board: string): Promise<void> {
  const query = `mutation ($board: ID!) { endSeason(board: $board, reason: "the week is over") { number } }`;
  expect((await ask(query, { board }, admin())).errors).toBeUndefined();
}

async function seasonsOf(board: string): Promise<{ number: number; endedAt: string; playerCount: number }[]> {
  const query = `query ($board: ID!) {
    board(id: $board) { seasons { edges { node { number endedAt playerCount } } } }
  }`;
  const { data } = await ask(query, { board });
  const { seasons } = data?.board as { seasons: { edges: { node: { number: number } }[] } };
  return seasons.edges.map(({ node }) => node as { number: number; endedAt: string; playerCount: number });
}

async function runningSeason(board: string): Promise<number> {
  return Number(await app.stores.redisClient.hget(`lb:{${board}}:meta`, "season"));
}

/** As if the schedule of a board had meant this moment. */
async function letEnd(board: string, at: string): Promise<void> {
  await app.stores.query("UPDATE boards SET ends_at = $2, version = nextval('board_versions') WHERE id = $1", [
    board,
    at,
  ]);
}

test("a schedule tells when the season ends, and a new one counts from when it was set", async () => {
  const { schedule, season } = await createBoard("scheduled", {
    schedule: { cron: "0 0 * * 1", timezone: "Europe/Berlin" },
  });
  expect(schedule).toEqual({ cron: "0 0 * * 1", timezone: "Europe/Berlin" });
  const { endsAt, endedAt, number } = season as { endsAt: string; endedAt: null; number: number };
  expect({ endedAt, number }).toEqual({ endedAt: null, number: 1 });
  const end = new Date(endsAt);
  expect(end.getTime()).toBeGreaterThan(Date.now());
  const local = { timeZone: "Europe/Berlin", weekday: "short", hour: "2-digit", minute: "2-digit" } as const;
  expect(new Intl.DateTimeFormat("en-GB", local).format(end)).toMatch(/^Mon,? 00:00$/);

  const update = `mutation ($input: UpdateBoardInput!) { updateBoard(input: $input) { schedule { cron } season { endsAt } } }`;
  const input = { id: "scheduled", schedule: null };
  expect((await ask(update, { input }, admin())).data?.updateBoard).toEqual({
    schedule: null,
    season: { endsAt: null },
  });
});

test("viewers on every process see the new season within a second, also when nobody had a score", async () => {
  await createBoard("watched");
  for (const scored of [true, false]) {
    if (scored) await increment("watched");
    const before = await runningSeason("watched");
    const clients = await Promise.all([app, second].map(({ wsUrl }) => SocketClient.connect(wsUrl)));
    for (const client of clients) {
      client.subscribe(`subscription { topScoresUpdated(board: "watched") { season topScores { score } } }`);
      const topScores = scored ? [{ score: 5 }] : [];
      expect((await client.next()).payload).toEqual({ data: { topScoresUpdated: { season: before, topScores } } });
    }
    await endSeason("watched");
    const ended = performance.now();
    for (const client of clients) {
      const topScoresUpdated = { season: before + 1, topScores: [] };
      expect((await client.next()).payload).toEqual({ data: { topScoresUpdated } });
      client.close();
    }
    expect(performance.now() - ended).toBeLessThan(1_000);
  }
});

test("a late change that names its season is refused on every way in, and a retry still has its first answer", async () => {
  await createBoard("late");
  const first = await increment("late", { key: "before the end", season: 1 });
  expect(codeOf(first)).toBeUndefined();
  await endSeason("late");

  expect(codeOf(await increment("late", { season: 1 }))).toBe("SEASON_CLOSED");
  expect(codeOf(await increment("late", { season: 3 }))).toBe("SEASON_CLOSED");
  expect(await increment("late", { key: "before the end", season: 1 })).toMatchObject({ data: first.data });
  const changes = [{ userId: "ada", increment: 1 }];
  const batch = `mutation ($changes: [ScoreChangeInput!]!) {
    submitChanges(board: "late", changes: $changes, season: 1) { entry { score } error { code } }
  }`;
  expect((await ask(batch, { changes }, referee())).data?.submitChanges).toEqual([
    { entry: null, error: { code: "SEASON_CLOSED" } },
  ]);
  const post = (path: string, body: object) =>
    fetch(`${app.url}/api/v1/scores/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${referee()}` },
      body: JSON.stringify({ board: "late", season: 1, ...body }),
    });
  const update = await post("update", { userId: "ada", scoreIncrement: 1 });
  expect([update.status, await update.json()]).toEqual([
    409,
    { success: false, message: "That season does not run. Nothing was changed." },
  ]);
  expect(await (await post("batch", { changes })).json()).toMatchObject({ results: [{ code: "SEASON_CLOSED" }] });
  // Nothing was changed, and the next season takes its own changes.
  const now = await increment("late", { season: 2 });
  expect(now.data?.incrementScore).toMatchObject({ entry: { score: 5 } });
});

test("a key belongs to the season in which its change counted, also after Redis was emptied", async () => {
  await createBoard("keys");
  await increment("keys", { key: "one" });
  await endSeason("keys");
  const second = await increment("keys", { key: "two" });
  const expectJudged = async () => {
    for (const [key, season, first] of [
      ["one", 2, undefined],
      ["two", 1, undefined],
      ["two", 2, second.data],
      ["two", undefined, second.data],
    ] as const) {
      const answer = await increment("keys", { key, season });
      expect([codeOf(answer), answer.data], `${key} in season ${season}`).toEqual(
        first ? [undefined, first] : ["IDEMPOTENCY_KEY_REUSED", null],
      );
    }
  };
  await expectJudged();
  await untilSynced(app.stores, "keys");
  await app.stores.redisClient.del(await app.stores.redisClient.keys("lb:{keys}:*"));
  await waitFor(async () => codeOf(await increment("keys", { key: "two" })) === undefined);
  await expectJudged();
});

test("the pages of one board's seasons are not those of another", async () => {
  const pages = `query ($board: ID!, $after: String) {
    board(id: $board) { seasons(first: 1, after: $after) { edges { node { number } } pageInfo { endCursor } } }
  }`;
  for (const board of ["paged", "other"]) {
    await createBoard(board);
    for (let ended = 0; ended < 2; ended += 1) await endSeason(board);
  }
  const first = (await ask(pages, { board: "paged" })).data?.board as {
    seasons: { pageInfo: { endCursor: string } };
  };
  const after = first.seasons.pageInfo.endCursor;
  expect((await ask(pages, { board: "paged", after })).data).toMatchObject({
    board: { seasons: { edges: [{ node: { number: 1 } }] } },
  });
  expect(codeOf(await ask(pages, { board: "other", after }))).toBe("BAD_USER_INPUT");
});

test.for([0, -1, 1.5, 2 ** 31])("a season can't be %d", async (season) => {
  expect(codeOf(await increment("main", { season }))).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);
});

test("a season ends when its schedule says so, and the next end is computed", async () => {
  await createBoard("clockwork", { schedule: { cron: "0 0 1 1 *" } });
  await increment("clockwork");
  await letEnd("clockwork", new Date().toISOString());
  await waitFor(async () => (await seasonsOf("clockwork"))[0]?.playerCount === 1);
  expect(await seasonsOf("clockwork")).toMatchObject([{ number: 1 }]);
  await waitFor(async () => {
    const [row] = await app.stores.query<{ ends_at: Date | null }>("SELECT ends_at FROM boards WHERE id = 'clockwork'");
    return row?.ends_at?.toISOString() === `${new Date().getUTCFullYear() + 1}-01-01T00:00:00.000Z`;
  });
});

test("an end that was missed while nothing ran happens once, however often it was due", async () => {
  const own = await startTestApp();
  try {
    const missed = async () =>
      Number(await own.stores.redisClient.hget("lb:{main}:meta", "season")) === 2 &&
      (await own.stores.query("SELECT 1 FROM seasons WHERE board = 'main' AND cleared_at IS NOT NULL")).length === 1;
    await waitFor(async () => (await own.stores.query("SELECT 1 FROM boards WHERE id = 'main'")).length === 1);
    await graphql(own, {
      query: `mutation { incrementScore(userId: "ada", scoreIncrement: 7) { revision } }`,
      token: own.token("referee", "service"),
    });
    // Each midnight, for a week in which nothing ran.
    const week = Date.now() - 7 * 86_400_000;
    await own.stores.query(
      `UPDATE boards SET cron = '0 0 * * *', timezone = 'UTC', scheduled_since = $1, ends_at = $1,
        version = nextval('board_versions') WHERE id = 'main'`,
      [new Date(week).toISOString()],
    );
    await own.restart();
    await waitFor(missed);
    // The next end is to come.
    await waitFor(async () => (await own.stores.query("SELECT 1 FROM boards WHERE ends_at > now()")).length === 1);
    expect(await own.stores.redisClient.hget("lb:{main}:meta", "season")).toBe("2");
    expect(await own.stores.query("SELECT score::int, rank::int FROM season_standings")).toEqual([
      { score: 7, rank: 1 },
    ]);
  } finally {
    await own.stop();
  }
});
