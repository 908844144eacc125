import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseTurns } from "../../src/commands/database-turns.js";
import { StandingsPages } from "../../src/commands/standings-pages.js";
import type { Board } from "../../src/domain/board.js";
import type { SeasonNumber } from "../../src/domain/season.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { Database } from "../../src/ledger/database.js";
import { FrozenStandings } from "../../src/ledger/frozen-standings.js";
import { StandingsReader } from "../../src/standings/standings-reader.js";
import type { Row } from "../helpers/board-model.js";
import { encoded, endOf, live, rowsOf } from "../helpers/standings-pages.js";
import { startStores, type Stores } from "../helpers/stores.js";

let stores: Stores;
let database: Database;
let pages: StandingsPages;

beforeAll(async () => {
  stores = await startStores({ persistent: false });
  database = new Database({ address: databaseAddresses(stores.databaseUrl).serving, statementTimeoutMs: 4_000 });
  const reader = new StandingsReader(stores.redisClient);
  pages = new StandingsPages({ live: reader, archive: new FrozenStandings(database), turns: databaseTurns() });
});
afterAll(async () => {
  await database.stop();
  await stores.stop();
});

describe("a season that ended", () => {
  const season = { board: "archived" as Board, number: 2 as SeasonNumber, endedAt: 1 };
  /** Ranks 1, 2, 2, 2, 5, 6, 6. */
  const rows: Row[] = [70, 60, 60, 60, 50, 40, 40].map((score, index, all) => ({
    userId: `user-${9 - index}`,
    score,
    rank: all.indexOf(score) + 1,
  }));
  const freeze = (frozenAt: string) =>
    stores.query(
      `INSERT INTO seasons (board, number, started_at, ended_at, frozen_at, player_count)
       VALUES ('archived', 2, now(), now(), ${frozenAt}, 7) ON CONFLICT (board, number) DO UPDATE SET frozen_at = ${frozenAt}`,
    );

  beforeAll(async () => {
    for (const [index, { rank, userId, score }] of rows.entries()) {
      const values = [index + 1, rank, userId, score];
      await stores.query("INSERT INTO season_standings VALUES ('archived', 2, $1, $2, $3, $4)", values);
    }
  });

  it("is UNAVAILABLE until its standings are written", async () => {
    await freeze("NULL");
    const unwritten = { code: "UNAVAILABLE", retryAfter: 1 };
    await expect(pages.ofSeason("me", season, { first: 1 })).rejects.toMatchObject(unwritten);
    await freeze("now()");
    expect(await pages.ofSeason("me", season, { first: 1 })).toMatchObject({ total: 7 });
  });

  it("is walked through page by page", async () => {
    await freeze("now()");
    const seen: Row[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await pages.ofSeason("me", season, { first: 3, after });
      expect(page).toMatchObject({ total: 7, hasPrevious: seen.length > 0, hasNext: seen.length + 3 < 7 });
      seen.push(...rowsOf(page));
      if (!page.hasNext) break;
      after = endOf(page);
    }
    expect(seen).toEqual(rows);
  });

  it("is entered at any rank, and tells a player's row", async () => {
    await freeze("now()");
    for (let rank = 1; rank <= 9; rank += 1) {
      const start = rows.findIndex((row) => row.rank >= rank);
      const page = await pages.ofSeason("me", season, { first: 2, fromRank: rank });
      expect(rowsOf(page)).toEqual(start < 0 ? [] : rows.slice(start, start + 2));
      expect(page.hasPrevious).toBe(rank > 1);
    }
    expect(await pages.entryOfSeason("me", season, "user-7")).toEqual({ ...rows[2], board: "archived" });
    expect(await pages.entryOfSeason("me", season, "nobody")).toBeUndefined();
  });

  it.each([
    live("archived", 2, 60, "user-7"),
    encoded("archive1:archived:1:3"),
    encoded("archive1:other:2:3"),
    encoded("archive1:archived:2:99999999999999999"),
    encoded("archive1:archived:2:9999999999999999"),
  ])("refuses a cursor of other standings", async (after) => {
    await freeze("now()");
    const refused = { code: "BAD_USER_INPUT" };
    await expect(pages.ofSeason("me", season, { first: 1, after })).rejects.toMatchObject(refused);
  });
});
