import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BoardDirectory } from "../../src/boards/directory.js";
import { configuredBoard, type BoardDefinition } from "../../src/domain/board.js";
import { StandingsError } from "../../src/domain/errors.js";
import { createLogger } from "../../src/observability/logger.js";

/** Both stores, in memory. */
const live = new Map<string, BoardDefinition>();
const stored = new Map<string, BoardDefinition>();
let version: string | null;
let now: number;
let away: boolean;
let reads: string[];

beforeEach(() => {
  live.clear();
  stored.clear();
  [version, now, away, reads] = [null, 1, false, []];
});
afterEach(() => void vi.useRealTimers());

function directory(configured: readonly string[] = ["main"]): BoardDirectory {
  const read = (store: Map<string, BoardDefinition>, name: string) => (id: string) => {
    reads.push(`${name} ${id}`);
    return away ? Promise.reject(new Error("away")) : Promise.resolve(store.get(id));
  };
  return new BoardDirectory({
    configured,
    readLive: read(live, "redis"),
    readStored: read(stored, "postgres"),
    readVersion: () => (away ? Promise.reject(new Error("away")) : Promise.resolve(version)),
    logger: createLogger("silent"),
    now: () => now,
  });
}

function board(id: string, at: number, title = id): BoardDefinition {
  return { ...configuredBoard(id), title, version: at };
}

test("knows the configured boards before any store has answered", async () => {
  away = true;
  const boards = directory(["main", "other"]);
  expect(boards.configured).toEqual(["main", "other"]);
  expect(boards.known("other")).toMatchObject({ id: "other", operator: "ADD", writers: "PLAYERS", version: 0 });
  expect((await boards.parse("main")).id).toBe("main");
});

test("asks Redis, then PostgreSQL, and then remembers the board", async () => {
  live.set("fast", board("fast", 3));
  stored.set("slow", board("slow", 2));
  const boards = directory();
  expect(boards.known("fast")).toBeUndefined();
  expect((await boards.parse("fast")).version).toBe(3);
  expect((await boards.parse("slow")).version).toBe(2);
  expect(reads).toEqual(["redis fast", "redis slow", "postgres slow"]);
  expect([boards.known("fast")?.version, boards.known("slow")?.version]).toEqual([3, 2]);
  await boards.parse("slow");
  expect(reads).toHaveLength(3);
});

test("callers that ask for a board at once share one look-up", async () => {
  stored.set("new", board("new", 1));
  const boards = directory();
  await Promise.all([boards.parse("new"), boards.parse("new"), boards.find("new")]);
  expect(reads).toEqual(["redis new", "postgres new"]);
});

test("remembers for a second that there is no such board", async () => {
  const boards = directory();
  await expect(boards.parse("ghost")).rejects.toThrow("board must be one of this server's boards.");
  expect(await boards.find("ghost")).toBeUndefined();
  expect(reads).toEqual(["redis ghost", "postgres ghost"]);
  stored.set("ghost", board("ghost", 1));
  now += 1_001;
  expect((await boards.parse("ghost")).id).toBe("ghost");
});

test("asks nobody about what can't be a board's id", async () => {
  await expect(directory().parse("no board")).rejects.toThrow(StandingsError);
  expect(reads).toEqual([]);
});

test("does not say that a board is missing when it can't be told", async () => {
  away = true;
  const boards = directory();
  await expect(boards.parse("new")).rejects.toMatchObject({ kind: "storeFailed" });
  away = false;
  stored.set("new", board("new", 1));
  expect((await boards.parse("new")).id).toBe("new");
});

test("keeps the newer of two definitions", () => {
  const boards = directory();
  boards.learn(board("made", 5, "new"));
  expect(boards.learn(board("made", 4, "old")).title).toBe("new");
  expect(boards.known("made")?.title).toBe("new");
});

test("reads what it remembers again when the version has changed, and only then", async () => {
  vi.useFakeTimers();
  live.set("main", board("main", 1));
  live.set("made", board("made", 1));
  const boards = directory();
  await boards.start();
  await boards.parse("made");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(reads).toEqual(["redis main", "redis made"]);

  live.set("made", board("made", 2, "renamed"));
  version = "2";
  await vi.advanceTimersByTimeAsync(600);
  expect(boards.known("made")?.title).toBe("renamed");

  away = true;
  version = "3";
  live.set("main", board("main", 3, "the main board"));
  await vi.advanceTimersByTimeAsync(1_000);
  away = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(boards.known("main")?.title).toBe("the main board");
  await boards.stop();
});

test("a flood of unknown ids waits for PostgreSQL a few at a time, and the rest is refused", async () => {
  const boards = directory();
  const found = await Promise.allSettled(Array.from({ length: 5_000 }, (_, at) => boards.find(`ghost-${at}`)));
  const refused = found.filter((each) => each.status === "rejected").map(({ reason }): unknown => reason);
  expect(refused.length).toBeGreaterThan(3_000);
  expect(refused[0]).toMatchObject({ kind: "overloaded" });
});
