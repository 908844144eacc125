import { describe, expect, test } from "vitest";
import { bestOf } from "../../../web/src/player/best-rank.js";
import { areaPath, scoresWithin, stepPath } from "../../../web/src/player/chart-path.js";
import { linearScale, niceTicks, paddedRange, timeTicks } from "../../../web/src/player/chart-scale.js";
import { chaseOf, goalOf, progressOf } from "../../../web/src/player/chase.js";
import {
  emptyHistory,
  mostEvents,
  scoreAtTime,
  stretchesOf,
  withNewest,
  withOlder,
  type HistoryPage,
  type ScoreEvent,
} from "../../../web/src/player/history.js";
import { shareWords } from "../../../web/src/player/share-words.js";

const event = (revision: number, score: number, at = revision * 10): ScoreEvent => ({
  revision,
  increment: 1,
  score,
  at,
});
const page = (revisions: readonly number[], hasNextPage = false): HistoryPage => ({
  events: revisions.map((revision) => event(revision, revision)),
  endCursor: `before ${revisions.at(-1)}`,
  hasNextPage,
});
const revisions = ({ events }: { events: readonly ScoreEvent[] }) => events.map(({ revision }) => revision);

describe("the history", () => {
  test("grows backwards page by page, and forwards with the newest", () => {
    let history = withNewest(emptyHistory, page([6, 5], true));
    expect(history.older).toBe("before 5");
    history = withOlder(history, page([4, 3], true));
    history = withNewest(history, page([8, 7, 6], true));
    expect(revisions(history)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(history.older).toBe("before 3");
    expect(withNewest(history, page([8, 7], true))).toBe(history);
  });

  test("begins anew after a gap", () => {
    const history = withNewest(withNewest(emptyHistory, page([2, 1])), page([9, 8], true));
    expect(revisions(history)).toEqual([8, 9]);
    expect(history.older).toBe("before 8");
  });

  test("is bounded", () => {
    const many = Array.from({ length: mostEvents }, (_, place) => mostEvents - place);
    const history = withNewest(withNewest(emptyHistory, page(many)), page([mostEvents + 1, mostEvents]));
    expect(history.events).toHaveLength(mostEvents);
    expect(history.events.at(-1)?.revision).toBe(mostEvents + 1);
    expect(withOlder(withNewest(emptyHistory, page([mostEvents + 1])), { ...page(many, true) }).older).toBeNull();
  });

  test("has a stretch a season, and no score between a season's end and its next change", () => {
    const stretches = stretchesOf([event(1, 5, 10), event(2, 9, 20), event(3, 4, 50)], [40, 0], 100);
    expect(stretches.map(({ events, until }) => [events.length, until])).toEqual([
      [2, 40],
      [1, 100],
    ]);
    const at = (time: number) => scoreAtTime(stretches, time)?.score ?? null;
    expect([9, 10, 19, 20, 40, 41, 49, 50, 99].map(at)).toEqual([null, 5, 5, 9, 9, null, null, 4, 4]);
  });
});

describe("the chart", () => {
  const x = linearScale(0, 100, 0, 100);
  const y = linearScale(0, 10, 100, 0);

  test("draws steps: a score stays until the next change", () => {
    const [stretch = { events: [], until: 0 }] = stretchesOf([event(1, 2, 10), event(2, 6, 50)], [], 90);
    const line = stepPath(stretch, { from: 0, to: 100 }, x, y);
    expect(line).toBe("M10,80H50V40H90");
    expect(areaPath(line, 100)).toBe("M10,80H50V40H90V100H10Z");
    expect(stepPath(stretch, { from: 30, to: 60 }, x, y)).toBe("M30,80H50V40H60");
    expect(stepPath(stretch, { from: 95, to: 99 }, x, y)).toBe("");
    expect(areaPath("", 100)).toBe("");
  });

  test("draws no more points than pixels can show, and ends with the last score", () => {
    const many = Array.from({ length: 2_000 }, (_, place) => event(place, place % 10, place / 20));
    const [stretch = { events: [], until: 0 }] = stretchesOf(many, [], 100);
    const line = stepPath(stretch, { from: 0, to: 100 }, x, y);
    expect(line.split("V").length).toBeLessThan(205);
    expect(line).toMatch(/V10H100$/);
  });

  test("counts the scores of its window, with the one that it begins with", () => {
    const stretches = stretchesOf([event(1, 2, 10), event(2, 6, 50), event(3, 7, 70)], [], 90);
    expect(scoresWithin(stretches, { from: 30, to: 60 })).toEqual([2, 6]);
  });

  test("has round numbers beside it", () => {
    expect(niceTicks(0, 97, 4)).toEqual([0, 50]);
    expect(niceTicks(980, 1_200, 4)).toEqual([1_000, 1_100, 1_200]);
    expect(niceTicks(-7, 7, 4)).toEqual([-5, 0, 5]);
    expect(niceTicks(3, 3, 4)).toEqual([3]);
    const limit = Number.MAX_SAFE_INTEGER;
    expect(niceTicks(-limit, limit, 4).length).toBeLessThanOrEqual(5);
    expect(paddedRange([0, 100])).toEqual([0, 112]);
    expect(paddedRange([7])).toEqual([6.16, 7.84]);
  });

  test("has whole minutes and days below it", () => {
    const start = Date.UTC(2026, 0, 1, 12, 0, 7);
    const ticks = timeTicks(start, start + 600_000, 5);
    expect(ticks.length).toBeLessThanOrEqual(5);
    expect(ticks.map((tick) => tick % 120_000)).toEqual(ticks.map(() => 0));
    expect(timeTicks(0, 40 * 365 * 86_400_000, 5).length).toBeLessThanOrEqual(6);
  });

  test("reads times back from places", () => {
    expect([-5, 0, 25, 100, 200].map(x.value)).toEqual([0, 0, 25, 100, 100]);
    expect(linearScale(5, 5, 0, 10).place(5)).toBe(0);
  });
});

describe("the chase", () => {
  const row = (rank: number, userId: string, score: number) => ({
    rank,
    userId,
    score,
    player: { displayName: null, avatarUrl: null, country: null },
  });
  const rows = [row(1, "a", 90), row(2, "b", 70), row(3, "me", 40), row(3, "c", 40), row(5, "d", 30)];

  const shared = { order: "HIGHEST_FIRST", ties: "SHARED" } as const;

  test("says what is missing to pass the next, and who follows", () => {
    const chase = chaseOf(rows, row(3, "me", 40), shared);
    expect(chase.ahead).toMatchObject({ entry: { userId: "b" }, gap: 30 });
    expect(chase.toPass).toBe(31);
    expect(chase.behind).toMatchObject({ entry: { userId: "d" }, gap: 10 });
    expect(chase.level.map(({ userId }) => userId)).toEqual(["c"]);
    expect(progressOf(chase)).toBe(0.25);
  });

  test("follows a score that is newer than the row", () => {
    expect(chaseOf(rows, row(3, "me", 75), shared)).toMatchObject({
      ahead: { entry: { userId: "a" }, gap: 15 },
      behind: { entry: { userId: "b" }, gap: 5 },
    });
    expect(chaseOf(rows, row(3, "me", 95), shared).ahead).toBeNull();
  });

  test("says that a player leads only where the server has said so", () => {
    const far = [row(17, "a", 90), row(18, "b", 80), row(19, "c", 70), row(20, "me", 60), row(21, "d", 50)];
    const goal = (score: number, rank: number, among = far) =>
      goalOf(chaseOf(among, row(rank, "me", score), shared), rank);
    expect(goal(60, 20)).toMatchObject({ kind: "pass", rival: { userId: "c" }, by: 11 });
    expect(goal(90, 20)).toMatchObject({ kind: "level", others: [{ userId: "a" }] });
    expect(goal(95, 20)).toEqual({ kind: "past" });
    expect(goal(95, 1)).toEqual({ kind: "lead", by: 5 });
    expect(goal(5, 1, [row(1, "me", 5)])).toEqual({ kind: "alone" });
  });

  test("writes on the picture what it says, and nothing about a place that nobody knows", () => {
    const line = (score: number, rank: number) => {
      const own = row(rank, "me", score);
      const facts = { row: own, unit: "POINTS", facts: null, board: "main", tied: false } as const;
      return shareWords({ ...facts, chase: chaseOf(rows, own, shared) }).line;
    };
    expect([line(75, 3), line(95, 3), line(95, 1)]).toEqual(["16 to pass a", "", "In the lead by 5"]);
  });

  test("takes whoever reached the same score first as the next, where that counts", () => {
    const first = [row(1, "a", 90), row(2, "b", 40), row(3, "me", 40), row(4, "c", 40)];
    const chase = chaseOf(first, row(3, "me", 40), { order: "HIGHEST_FIRST", ties: "FIRST_TO_REACH" });
    expect(chase).toMatchObject({
      ahead: { entry: { userId: "b" } },
      toPass: 1,
      behind: { entry: { userId: "c" } },
      level: [],
    });
    expect(progressOf(chase)).toBe(0);
  });

  test("compares times the other way round", () => {
    const times = [row(1, "a", 100), row(2, "me", 130), row(3, "b", 135)];
    expect(chaseOf(times, row(2, "me", 130), { order: "LOWEST_FIRST", ties: "SHARED" })).toMatchObject({
      toPass: 31,
      behind: { gap: 5 },
    });
  });
});

test("the best rank is the lowest, and the first of equal ones", () => {
  const seen = (rank: number, at: number) => ({ rank, at, season: null });
  expect(bestOf(seen(3, 1), seen(2, 2))).toEqual(seen(2, 2));
  expect(bestOf(seen(3, 2), seen(3, 1))).toEqual(seen(3, 1));
  expect(bestOf(null, seen(3, 1))).toEqual(seen(3, 1));
});
