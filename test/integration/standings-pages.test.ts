import fc from "fast-check";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseTurns } from "../../src/commands/database-turns.js";
import { StandingsPages, type PageInput } from "../../src/commands/standings-pages.js";
import type { Board, BoardRules, ScoreOrder, TiePolicy } from "../../src/domain/board.js";
import { parseUserId } from "../../src/domain/player.js";
import type { SeasonNumber } from "../../src/domain/season.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { Database } from "../../src/ledger/database.js";
import { FrozenStandings } from "../../src/ledger/frozen-standings.js";
import { keys } from "../../src/redis/keys.js";
import { StandingsReader } from "../../src/standings/standings-reader.js";
import { BoardModel } from "../helpers/board-model.js";
import { endOf, rowsOf, encoded, live } from "../helpers/standings-pages.js";
import { startStores, type Stores } from "../helpers/stores.js";

let stores: Stores;
let redis: Redis;
let database: Database;
let pages: StandingsPages;

beforeAll(async () => {
  stores = await startStores({ persistent: false });
  redis = stores.redisClient;
  database = new Database({ address: databaseAddresses(stores.databaseUrl).serving, statementTimeoutMs: 4_000 });
  const turns = databaseTurns();
  pages = new StandingsPages({ live: new StandingsReader(redis), archive: new FrozenStandings(database), turns });
});
afterAll(async () => {
  await database.stop();
  await stores.stop();
});

/** Orders and ties are all that reading depends on. */
const forms: BoardRules[] = (["HIGHEST_FIRST", "LOWEST_FIRST"] satisfies ScoreOrder[]).flatMap((order) =>
  (["SHARED", "FIRST_TO_REACH"] satisfies TiePolicy[]).map((ties) => ({ operator: "LATEST" as const, order, ties })),
);

/** Their order in UTF-8 is not their order in UTF-16, and some begin with another one. */
const users = ["a", "aa", "ab", "b", "é", "\u{FFFD}", "\u{1F3C6}", "\u{1F3C6}a", "~", "0", "Z", "zz"].map(parseUserId);
const movers = users.filter((_user, index) => index % 3 === 0);
const scores = fc.integer({ min: -2, max: 2 });
const moves = fc.array(
  fc.record({ userId: fc.constantFrom(...movers), score: fc.option(scores, { nil: undefined, freq: 3 }) }),
  { maxLength: 4 },
);

describe.each(forms)("pages of a board with $order and $ties", (rules) => {
  it("show each player that keeps its place once, and exact ranks, while others move", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(scores, { minLength: users.length, maxLength: users.length }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(moves, { minLength: users.length, maxLength: users.length }),
        async (first, size, moved) => {
          const board = new BoardModel(redis, rules);
          await board.open();
          await board.set(...users.map((userId, index) => ({ userId, score: first[index] })));
          const seen: string[] = [];
          let after: string | undefined;
          for (let index = 0; ; index += 1) {
            await board.set(...(moved[index] ?? []));
            const page = await pages.ofBoard(board.id, { first: size, after });
            const rows = rowsOf(page);
            const now = board.rows();
            const start = now.findIndex(({ userId }) => userId === rows[0]?.userId);
            expect(rows).toEqual(start < 0 ? [] : now.slice(start, start + size));
            expect(page.total).toBe(now.length);
            expect(page.hasPrevious).toBe(start < 0 ? now.length > 0 && index > 0 : start > 0);
            expect(page.hasNext).toBe(start >= 0 && start + size < now.length);
            seen.push(...rows.map(({ userId }) => userId));
            if (!page.hasNext) break;
            after = endOf(page);
          }
          const still = users.filter((user) => !movers.includes(user));
          for (const user of still) expect(seen.filter((each) => each === user)).toEqual([user]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("begin at any rank, and at the next lower row where ties skip it", async () => {
    const board = new BoardModel(redis, rules);
    await board.open();
    await board.set(...users.map((userId, index) => ({ userId, score: Math.floor(index / 3) })));
    const all = board.rows();
    for (let rank = 1; rank <= all.length + 2; rank += 1) {
      const page = await pages.ofBoard(board.id, { first: 3, fromRank: rank });
      const start = all.findIndex((row) => row.rank >= rank);
      expect(rowsOf(page)).toEqual(start < 0 ? [] : all.slice(start, start + 3));
      expect(page).toMatchObject({ total: all.length, hasPrevious: rank > 1 });
    }
    const far = await pages.ofBoard(board.id, { first: 3, fromRank: Number.MAX_SAFE_INTEGER });
    expect(far).toMatchObject({ rows: [], hasNext: false, hasPrevious: true });
  });

  it("show the rows of some players, with their ranks among themselves", async () => {
    const board = new BoardModel(redis, rules);
    await board.open();
    await board.set(...users.map((userId, index) => ({ userId, score: index % 4 })));
    const friends = ["zz", "\u{1F3C6}", "é", "a", "aa", "a", "nobody"];
    const set = new Set(friends);
    const found = await pages.entries(board.id, friends);
    const expected = board.rows().filter(({ userId }) => set.has(userId));
    expect(found.map(({ entry: { userId, score, rank } }) => ({ userId, score, rank }))).toEqual(expected);
    expect(found.map(({ localRank }) => localRank)).toEqual(board.rows(set).map(({ rank }) => rank));
  });
});

describe("pages", () => {
  const shared: BoardRules = { operator: "ADD", order: "HIGHEST_FIRST", ties: "SHARED" };

  it("continue in a tie of 100,000 players after one of them has gone, in few steps", async () => {
    const board = new BoardModel(redis, shared);
    await board.open();
    const names = Array.from({ length: 100_000 }, (_each, index) => `p${String(index).padStart(6, "0")}`);
    for (let from = 0; from < names.length; from += 10_000) {
      await redis.zadd(keys.scores(board.id), ...names.slice(from, from + 10_000).flatMap((name) => [7, name]));
    }
    const page = await pages.ofBoard(board.id, { first: 1, fromRank: 1 });
    const cursor = live(board.id, 1, 7, "p054321");
    await redis.zrem(keys.scores(board.id), "p054321");
    await redis.config("RESETSTAT");
    const next = await pages.ofBoard(board.id, { first: 2, after: cursor });
    const [, calls = "0"] = /cmdstat_zrevrange:calls=(\d+)/.exec(await redis.info("commandstats")) ?? [];
    expect(rowsOf(page)).toEqual([{ userId: "p099999", score: 7, rank: 1 }]);
    expect(rowsOf(next).map(({ userId }) => userId)).toEqual(["p054320", "p054319"]);
    expect(next).toMatchObject({ total: 99_999, hasPrevious: true, hasNext: true });
    expect(Number(calls)).toBeLessThan(30);
  });

  it.each([
    ["first", { first: 0 }],
    ["first", { first: 101 }],
    ["fromRank", { first: 1, fromRank: 0 }],
    ["fromRank", { first: 1, fromRank: 1.5 }],
    ["after and fromRank", { first: 1, after: live("cursors", 1, 1, "a"), fromRank: 1 }],
    ["after", { first: 1, after: "" }],
    ["after", { first: 1, after: "no cursor" }],
    ["after", { first: 1, after: `${live("cursors", 1, 1, "a")}=` }],
    ["after", { first: 1, after: live("other", 1, 1, "a") }],
    ["after", { first: 1, after: live("cursors", 9, 1, "a") }],
    ["after", { first: 1, after: live("cursors", 1, 2 ** 53, "a") }],
    ["after", { first: 1, after: encoded("live2:cursors:1:1:a") }],
    ["after", { first: 1, after: encoded("archive1:cursors:1:1") }],
  ] satisfies [string, PageInput][])("refuse a bad %s: %j", async (name, input) => {
    await redis.hset(keys.meta("cursors" as Board), { epoch: 1, revision: 1, season: 1 });
    await expect(pages.ofBoard("cursors" as Board, input)).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
      message: expect.stringContaining(name) as string,
    });
  });

  it("end with their season", async () => {
    const board = new BoardModel(redis, shared);
    await board.open();
    await board.set(...users.map((userId, index) => ({ userId, score: index })));
    const season = { board: board.id, number: 1 as SeasonNumber };
    const page = await pages.ofSeason("me", season, { first: 5 });
    expect(rowsOf(page)).toEqual(board.rows().slice(0, 5));
    expect((await pages.entryOfSeason("me", season, "zz"))?.rank).toBe(1);

    await board.endSeason(1);
    const after = endOf(page);
    const ended = { code: "BAD_USER_INPUT", message: expect.stringContaining("has ended") as string };
    await expect(pages.ofBoard(board.id, { first: 5, after })).rejects.toMatchObject(ended);
    await expect(pages.ofSeason("me", season, { first: 5, after })).rejects.toMatchObject(ended);
    const unwritten = { code: "UNAVAILABLE", retryAfter: 1 };
    await expect(pages.ofSeason("me", season, { first: 5 })).rejects.toMatchObject(unwritten);
    await expect(pages.entryOfSeason("me", season, "zz")).rejects.toMatchObject(unwritten);
    expect(await pages.ofBoard(board.id, { first: 5 })).toMatchObject({ total: 0, rows: [], hasPrevious: false });
  });

  it("of a board that Redis does not know are RECOVERING", async () => {
    const recovering = { code: "RECOVERING" };
    await expect(pages.ofBoard("unknown" as Board, { first: 1 })).rejects.toMatchObject(recovering);
    await expect(pages.entries("unknown" as Board, ["a"])).rejects.toMatchObject(recovering);
  });
});

describe("the rows of a list of players", () => {
  let board: BoardModel;
  const ids = (count: number) => Array.from({ length: count }, (_each, index) => `u${index}`);
  beforeAll(async () => {
    board = new BoardModel(redis, { operator: "ADD", order: "HIGHEST_FIRST", ties: "SHARED" });
    await board.open();
    await board.set(...ids(500).map((id, index) => ({ userId: parseUserId(id), score: index % 50 })));
  });

  it("are up to 500, each once", async () => {
    const found = await pages.entries(board.id, [...ids(500), "u3", "u4"]);
    expect(found.map(({ entry }) => entry)).toEqual(board.rows().map((row) => ({ ...row, board: board.id })));
    expect(found.map(({ localRank }) => localRank)).toEqual(board.rows().map(({ rank }) => rank));
    expect(await pages.entries(board.id, ["nobody"])).toEqual([]);
    expect(await pages.entries(board.id, [])).toEqual([]);
  });

  it.each([[ids(501)], [ids(10_000)], [[""]], [["a\u0000"]]])("are refused for a bad list", async (list) => {
    await expect(pages.entries(board.id, list)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
  });
});
