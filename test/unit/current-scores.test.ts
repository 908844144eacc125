import { firstSeason } from "../../src/domain/season.js";
import { expect, test } from "vitest";
import type { Board } from "../../src/domain/board.js";
import type { UserId } from "../../src/domain/player.js";
import type { Revision } from "../../src/domain/score.js";
import type { Neighbourhood, PlacedSnapshot } from "../../src/domain/views.js";
import { CurrentScores } from "../../src/feed/current-scores.js";
import type { Leaderboard } from "../../src/standings/leaderboard.js";

const board = "main" as Board;

/** Counts the reads that would go to Redis. */
class CountedLeaderboard {
  revision = 1;
  known: (number | undefined)[] = [];
  places = 0;
  isAway = false;

  async newestSnapshot(_board: Board, known?: PlacedSnapshot): Promise<PlacedSnapshot> {
    if (this.isAway) throw new Error("away");
    this.known.push(known?.snapshot.revision);
    const revision = this.revision as Revision;
    await new Promise((resolve) => setTimeout(resolve, 1));
    return known?.snapshot.revision === revision
      ? known
      : { epoch: 1, snapshot: { board, revision, season: firstSeason, entries: [] } };
  }

  neighbourhoods(): Promise<Neighbourhood[]> {
    this.places += 1;
    return Promise.resolve([{ board, revision: this.revision as Revision, season: firstSeason, entries: [] }]);
  }
}

function start() {
  const leaderboard = new CountedLeaderboard();
  return { leaderboard, current: new CurrentScores(leaderboard as unknown as Leaderboard) };
}

test("a thousand readers at once share one read of a board, and one of a place", async () => {
  const { leaderboard, current } = start();
  const places = ["ada", "bob"].map((userId) => ({ userId: userId as UserId, radius: 5 }));
  const all = Array.from({ length: 1_000 }, (_, n) => n);
  const tops = await Promise.all(all.map(() => current.top(board)));
  expect(new Set(tops).size).toBe(1);
  await Promise.all(all.map((n) => current.around(board, places[n % 2] ?? { userId: "" as UserId, radius: 0 })));
  expect([leaderboard.known.length, leaderboard.places]).toEqual([1, 2]);
});

test("a board that has not changed gives the same object, and a changed one another", async () => {
  const { leaderboard, current } = start();
  const [first, second] = [await current.top(board), await current.top(board)];
  leaderboard.revision = 2;
  const third = await current.top(board);
  expect(second).toBe(first);
  expect(third.revision).toBe(2);
  expect(leaderboard.known).toEqual([undefined, 1, 1]);
});

test("nobody gets a state that was read before the request", async () => {
  const { leaderboard, current } = start();
  const early = current.top(board);
  await new Promise((resolve) => setImmediate(resolve));
  leaderboard.revision = 2;
  expect([(await early).revision, (await current.top(board)).revision]).toEqual([1, 2]);
  const [before, after] = [current.top(board), current.top(board)];
  expect(await before).toBe(await after);
});

test("a failed read fails its callers, and the next one is tried", async () => {
  const { leaderboard, current } = start();
  leaderboard.isAway = true;
  await expect(current.top(board)).rejects.toThrow("away");
  leaderboard.isAway = false;
  expect((await current.top(board)).revision).toBe(1);
});
