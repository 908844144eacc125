import { describe, expect, test } from "vitest";
import { bestOf } from "../../../web/src/player/best-rank.js";
import { areaPath, scoresWithin, stepPath } from "../../../web/src/player/chart-path.js";
import { linearScale, niceTicks, paddedRange, timeTicks } from "../../../web/src/player/chart-scale.js";
import { chaseOf, progressOf } from "../../../web/src/player/chase.js";
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
import { newestOf, optimisticScore } from "../../../web/src/presses/own-score.js";

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

describe("a player's own score", () => {
  const press = (amount: number) => ({ key: "", amount, season: 1, at: 0 });

  test("holds what was pressed, and counts nothing twice when a push comes before its answer", () => {
    expect(optimisticScore(20, 20, [press(10), press(5)])).toBe(35);
    expect(optimisticScore(20, 30, [press(10), press(5)])).toBe(35);
    expect(optimisticScore(20, 60, [press(10)])).toBe(60);
    expect(optimisticScore(20, 20, [])).toBe(20);
    expect(optimisticScore(20, 20, [press(-5)])).toBe(20);
  });

  test("is the newest of what was pushed and answered", () => {
    const pushed = { score: 1, revision: 5 };
    expect(newestOf(pushed, { score: 2, revision: 6, rank: 1 })?.score).toBe(2);
    expect(newestOf(pushed, { score: 2, revision: 4, rank: 1 })?.score).toBe(1);
    expect(newestOf(null, null)).toBeNull();
  });
});

test("the best rank is the lowest, and the first of equal ones", () => {
  const seen = (rank: number, at: number) => ({ rank, at, season: null });
  expect(bestOf(seen(3, 1), seen(2, 2))).toEqual(seen(2, 2));
  expect(bestOf(seen(3, 2), seen(3, 1))).toEqual(seen(3, 1));
  expect(bestOf(null, seen(3, 1))).toEqual(seen(3, 1));
});
