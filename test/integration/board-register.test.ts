import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Act } from "../../src/domain/audit.js";
import { configuredBoard, type Board } from "../../src/domain/board.js";
import { parseSchedule } from "../../src/domain/season-schedule.js";
import type { SeasonNumber } from "../../src/domain/season.js";
import { AuditLog } from "../../src/ledger/audit-log.js";
import { BoardRegister } from "../../src/ledger/board-register.js";
import type { NewBoard } from "../../src/ledger/board-writes.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { Database } from "../../src/ledger/database.js";
import { TestDatabase } from "../helpers/databases.js";

/* The boards in PostgreSQL, without a service. */

let own: TestDatabase;
let database: Database;
let register: BoardRegister;
let log: AuditLog;

beforeAll(async () => {
  own = await TestDatabase.create(true);
  database = new Database({ address: databaseAddresses(own.url).serving, statementTimeoutMs: 5_000 });
  register = new BoardRegister(database);
  log = new AuditLog(database);
});
afterAll(async () => {
  await database.stop();
  await own.drop();
});

const act: Act = { actor: "ada", reason: undefined };
const first = 1 as SeasonNumber;
const noChange = { title: undefined, writers: undefined, unit: undefined, schedule: undefined };
const unused = { board: undefined, userId: undefined };
const mondays = (since: number) => parseSchedule("0 0 * * 1", "UTC", since);

function board(id: string, others: Partial<NewBoard> = {}): NewBoard {
  return { ...configuredBoard(id), title: `The board ${id}`, writers: "SERVICES", ...others };
}
const auditOf = async (id: string) => (await log.page({ board: id, userId: undefined }, undefined, 100)).reverse();
const endsAtOf = async (id: string) => {
  const [row] = await own.query<{ ends_at: Date | null }>("SELECT ends_at FROM boards WHERE id = $1", [id]);
  return row?.ends_at?.toISOString() ?? null;
};

describe("creating a board", () => {
  it("keeps what was asked for, begins season 1, and writes a row of the audit log", async () => {
    const since = Date.now();
    const schedule = mondays(since);
    const asked = board("weekly", { operator: "BEST", order: "LOWEST_FIRST", ties: "FIRST_TO_REACH", schedule });
    const created = await register.create(asked, { actor: "ada", reason: "a race" });
    expect(created).toEqual({ ...asked, archived: false, version: created.version });
    expect(await register.read(asked.id)).toEqual(created);
    expect(await register.runningSeason(asked.id)).toEqual({ number: 1, startedAt: since });
    expect(await endsAtOf("weekly")).toMatch(/T00:00:00.000Z$/);
    const [row] = await auditOf("weekly");
    expect(row).toMatchObject({ actor: "ada", action: "create_board", reason: "a race", before: null, userId: null });
    expect(JSON.parse(row?.after ?? "")).toEqual({
      ...{ id: "weekly", title: "The board weekly", operator: "BEST", order: "LOWEST_FIRST", ties: "FIRST_TO_REACH" },
      ...{ writers: "SERVICES", unit: "POINTS", archived: false },
      schedule: { cron: "0 0 * * 1", timezone: "UTC" },
    });
  });

  it("refuses an id that is taken, and writes nothing", async () => {
    await register.create(board("taken"), act);
    await expect(register.create(board("taken"), act)).rejects.toMatchObject({
      kind: "badInput",
      message: expect.stringMatching(/id is taken/) as string,
    });
    expect(await auditOf("taken")).toHaveLength(1);
  });

  it("lets one of many who want an id have it", async () => {
    const others = new Database({ address: databaseAddresses(own.url).serving, statementTimeoutMs: 5_000 });
    const other = new BoardRegister(others);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? register : other).create(board("wanted"), act)),
    );
    await others.stop();
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await auditOf("wanted")).toHaveLength(1);
  });

  it("writes neither board nor season when the audit log can't be written", async () => {
    await own.query("ALTER TABLE audit_log ADD CONSTRAINT refuse CHECK (board <> 'unheard')");
    await expect(register.create(board("unheard"), act)).rejects.toThrow("refuse");
    expect(await register.read("unheard" as Board)).toBeUndefined();
    expect(await register.runningSeason("unheard" as Board)).toBeUndefined();
  });
});

describe("changing a board", () => {
  it("leaves what is not named as it is, and grows its version", async () => {
    const schedule = mondays(Date.now());
    const before = await register.create(board("stays", { unit: "MILLISECONDS", schedule }), act);
    const after = await register.update(before.id, { ...noChange, title: "New" }, act);
    expect(after).toEqual({ ...before, title: "New", version: after.version });
    expect(after.version).toBeGreaterThan(before.version);
    const [, row] = await auditOf("stays");
    expect(row?.action).toBe("update_board");
    expect(JSON.parse(row?.before ?? "")).toMatchObject({ title: "The board stays" });
    expect(JSON.parse(row?.after ?? "")).toMatchObject({ title: "New", unit: "MILLISECONDS" });
  });

  it("gives a schedule its beginning when it changes, not when it is sent again", async () => {
    const { id } = await register.create(board("clocked", { schedule: mondays(1_000) }), act);
    const again = await register.update(id, { ...noChange, schedule: mondays(2_000) }, act);
    expect(again.schedule?.since).toBe(1_000);
    const daily = parseSchedule("0 12 * * *", "Europe/Berlin", Date.parse("2026-11-28T13:00:00Z"));
    const changed = await register.update(id, { ...noChange, schedule: daily }, act);
    expect(changed.schedule).toEqual(daily);
    expect(await endsAtOf("clocked")).toBe("2026-11-29T11:00:00.000Z");
    const without = await register.update(id, { ...noChange, schedule: null }, act);
    expect(without.schedule).toBeUndefined();
    expect(await endsAtOf("clocked")).toBeNull();
  });

  it("refuses unknown and archived boards", async () => {
    const unknown = "nowhere" as Board;
    await expect(register.update(unknown, noChange, act)).rejects.toMatchObject({
      kind: "badInput",
      message: expect.stringMatching(/^id must/) as string,
    });
    await expect(register.archive(unknown, act)).rejects.toMatchObject({
      kind: "badInput",
      message: expect.stringMatching(/^board must/) as string,
    });
    await expect(register.orderSeasonEnd(unknown, first, act)).rejects.toMatchObject({ kind: "badInput" });
    const { id } = await register.create(board("closed"), act);
    expect(await register.archive(id, act)).toMatchObject({ archived: true });
    for (const refused of [
      () => register.update(id, { ...noChange, title: "x" }, act),
      () => register.archive(id, act),
      () => register.orderSeasonEnd(id, first, act),
    ]) {
      await expect(refused()).rejects.toMatchObject({ kind: "boardArchived" });
    }
    expect((await auditOf("closed")).map(({ action }) => action)).toEqual(["create_board", "archive_board"]);
  });
});

it("orders the end of each season once", async () => {
  const { id } = await register.create(board("ordered"), act);
  const orders = () => own.query("SELECT ending_season FROM boards WHERE id = 'ordered'");
  const why = { actor: "ada", reason: "over" };
  await Promise.all(["a", "b", "c"].map(() => register.orderSeasonEnd(id, first, why)));
  expect(await orders()).toEqual([{ ending_season: 1 }]);
  await register.orderSeasonEnd(id, 2 as SeasonNumber, why);
  await register.orderSeasonEnd(id, first, why);
  expect(await orders()).toEqual([{ ending_season: 2 }]);
  const rows = await auditOf(id);
  expect(rows.map(({ action, reason }) => [action, reason])).toEqual([
    ["create_board", null],
    ["end_season", "over"],
    ["end_season", "over"],
  ]);
});

describe("reading", () => {
  it("pages boards by id, and tells what changed since a version", async () => {
    const known = await register.page(undefined, 100);
    expect(known.map(({ id }) => id)).toEqual(known.map(({ id }) => id).sort());
    const [one, two] = [await register.page(undefined, 2), await register.page(known[1]?.id, 2)];
    expect([...one, ...two]).toEqual(known.slice(0, 4));
    const newest = await register.newestVersion();
    const { version } = await register.create(board("newest"), act);
    expect(await register.newestVersion()).toBe(version);
    expect((await register.changedSince(newest, 10)).map(({ id }) => id)).toEqual(["newest"]);
    expect(await register.changedSince(version, 10)).toEqual([]);
    const all = await register.changedSince(0, 1_000);
    expect(all.map((each) => each.version)).toEqual(all.map((each) => each.version).sort((a, b) => a - b));
  });

  it("shows ended seasons newest first", async () => {
    const { id } = await register.create(board("old"), act);
    await own.query(`UPDATE seasons SET ended_at = '2026-01-02', player_count = 7 WHERE board = 'old'`);
    await own.query(
      `INSERT INTO seasons (board, number, started_at, ended_at) VALUES ('old', 2, '2026-01-02', '2026-01-03')`,
    );
    await own.query(`INSERT INTO seasons (board, number, started_at) VALUES ('old', 3, '2026-01-03')`);
    const ended = await register.seasons(id, undefined, 10);
    expect(ended.map(({ number, playerCount }) => [number, playerCount])).toEqual([
      [2, undefined],
      [1, 7],
    ]);
    expect((await register.seasons(id, ended[0]?.number, 10)).map(({ number }) => number)).toEqual([1]);
    expect(await register.seasons(id, undefined, 1)).toHaveLength(1);
    expect(await register.endedSeasonCount(id)).toBe(2);
    expect(await register.runningSeason(id)).toMatchObject({ number: 3 });
  });

  it("pages the audit log newest first, whole or of one board", async () => {
    const all = await log.page(unused, undefined, 100);
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort((a, b) => Number(b - a)));
    const [newest, next] = all;
    expect(await log.page(unused, newest?.id, 1)).toEqual([next]);
    expect(await log.count(unused)).toBe(all.length);
    expect(await log.count({ board: "old", userId: undefined })).toBe(1);
    expect(await log.count({ board: "old", userId: "nobody" })).toBe(0);
  });

  it("makes the boards of the configuration once, and leaves those that stand as they are", async () => {
    const { id } = await register.create(board("mine"), act);
    const ids = ["main", "Upper_Case", "mine"] as Board[];
    await Promise.all([register.ensure(ids), register.ensure(ids)]);
    expect(await register.read("main" as Board)).toMatchObject({ title: "main", writers: "PLAYERS" });
    expect(await register.read(id)).toMatchObject({ writers: "SERVICES" });
    expect(await register.runningSeason("Upper_Case" as Board)).toMatchObject({ number: 1 });
    expect(await log.count({ board: "main", userId: undefined })).toBe(0);
  });
});

it("says in a sentence that the schema is too old", async () => {
  const old = await TestDatabase.create(false);
  const empty = new Database({ address: databaseAddresses(old.url).serving, statementTimeoutMs: 5_000 });
  await expect(new BoardRegister(empty).create(board("x"), act)).rejects.toThrow(
    /^PostgreSQL lacks a table; .*migrate/,
  );
  await expect(new BoardRegister(empty).newestVersion()).rejects.toThrow(/^PostgreSQL lacks a table; .*migrate/);
  await empty.stop();
  await old.drop();
});
