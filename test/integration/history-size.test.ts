import { afterAll, beforeAll, expect, it } from "vitest";
import type { Board } from "../../src/domain/board.js";
import type { UserId } from "../../src/domain/player.js";
import type { Revision } from "../../src/domain/score.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { Database } from "../../src/ledger/database.js";
import { monthOf, type Month } from "../../src/ledger/partitions.js";
import { ScoreHistory } from "../../src/ledger/score-history.js";
import { TestDatabase } from "../helpers/databases.js";

const board = "main" as Board;
const ada = "ada" as UserId;
const events = 50_000;
const start = Date.UTC(2025, 0);
/** The step that makes the events fill four months. */
const stepMs = 200_000;
/** The most rows that one read may touch, whatever the size of the history. */
const maxRows = 250;

let test: TestDatabase;

/**
 * Ada's n-th event brings her total to n, across four partitions. By the clock, Bob's second event is older than his
 * first.
 */
beforeAll(async () => {
  test = await TestDatabase.create(true);
  const months = new Map<string, Month>();
  for (let n = 0; n <= events; n += 1_000) {
    const month = monthOf(start + n * stepMs);
    months.set(month.table, month);
  }
  expect(months.size).toBe(4);
  await reading((history) => history.makeMonths([...months.values()]));
  await test.query(
    `INSERT INTO score_events (board, epoch, revision, user_id, increment, score, subject, occurred_at)
     SELECT 'main', 1, n, 'ada', 1, n, 'test', to_timestamp(${start / 1000} + n * ${stepMs / 1000}.0)
     FROM generate_series(1, ${events}) AS n
     UNION ALL VALUES
       ('main', 1, ${events + 1}, 'bob', 1, 1, 'test', to_timestamp(${start / 1000} + 5)),
       ('main', 1, ${events + 2}, 'bob', 1, 2, 'test', to_timestamp(${start / 1000} + 3))`,
  );
  await test.query("ANALYZE score_events");
});
afterAll(() => test.drop());

/** @returns the result, and the number of rows that PostgreSQL read for it, which a session reports when it ends */
async function reading<T>(read: (history: ScoreHistory) => Promise<T>): Promise<{ result: T; rows: number }> {
  const before = await rowsRead();
  const database = new Database({ address: databaseAddresses(test.url).serving, statementTimeoutMs: 10_000 });
  let result: T;
  try {
    result = await read(new ScoreHistory(database));
  } finally {
    await database.stop();
  }
  return { result, rows: (await rowsRead()) - before };
}

async function rowsRead(): Promise<number> {
  const [row] = await test.query<{ rows: string }>(
    `SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes) + (SELECT sum(seq_tup_read) FROM pg_stat_user_tables) AS rows`,
  );
  return Number(row?.rows);
}

it.each([
  ["long ago", 100],
  ["in the middle", events / 2],
  ["at the newest event", events],
])("finds a total among 50,000 events of a player by reading a few rows: %s", async (_when, n) => {
  const { result, rows } = await reading((history) => history.readScoreAt(board, ada, new Date(start + n * stepMs)));
  expect(result).toBe(n);
  expect(rows).toBeLessThan(maxRows);
});

it("finds by reading a few rows that a player had no score yet", async () => {
  const { result, rows } = await reading((history) => history.readScoreAt(board, ada, new Date(start)));
  expect(result).toBeUndefined();
  expect(rows).toBeLessThan(maxRows);
});

it("pages through a history by reading little more than a page", async () => {
  const middle = (events / 2) as Revision;
  const { result, rows } = await reading((history) => history.readEvents(board, ada, middle, 100));
  expect(result.map(({ revision }) => revision)).toEqual(Array.from({ length: 100 }, (_, n) => middle - 1 - n));
  expect(rows).toBeLessThan(maxRows);
});

it("gives the total after both of two changes, though the server's clock went back between them", async () => {
  const at = (seconds: number) =>
    reading((history) => history.readScoreAt(board, "bob" as UserId, new Date(start + seconds * 1000)));
  expect((await at(6)).result).toBe(2);
});
