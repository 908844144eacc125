import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Board } from "../../src/domain/board.js";
import type { BoardStatus } from "../../src/domain/board-status.js";
import type { Revision } from "../../src/domain/score.js";
import type { SeasonNumber } from "../../src/domain/season.js";
import { BoardStatusFeed } from "../../src/feed/board-status-feed.js";
import { ChangeRate } from "../../src/feed/change-rate.js";
import type { BoardPulse } from "../../src/standings/standings-reader.js";

const board = "main" as Board;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] }));
afterEach(() => void vi.useRealTimers());

function pulse(revision: number, { epoch = 1, season = 1, open = true } = {}): BoardPulse {
  return { open, epoch, revision: revision as Revision, season: season as SeasonNumber };
}

/** A feed whose looks are answered by `answer`, and what its one viewer was sent. */
function watch(answer: () => Promise<BoardPulse | undefined>) {
  let looks = 0;
  const look = () => {
    looks += 1;
    return answer();
  };
  const feed = new BoardStatusFeed({ look, viewersOf: () => 1 });
  const topic = feed.topic(board);
  const sent: BoardStatus[] = [];
  const leave = topic.subscribe((status) => sent.push(status));
  return { topic, sent, leave, looks: () => looks };
}

const never = () => new Promise<never>(() => undefined);

test("a status comes every five seconds while nothing happens, and none after the last viewer has left", async () => {
  const { topic, sent, leave, looks } = watch(() => Promise.resolve(pulse(1)));
  expect(await topic.current()).toMatchObject({ board, state: "LIVE", viewers: 1, changesPerSecond: 0 });
  await vi.advanceTimersByTimeAsync(16_000);
  expect(sent.map(({ state }) => state)).toEqual(["LIVE", "LIVE", "LIVE"]);
  expect(looks()).toBeLessThanOrEqual(17);
  leave();
  const before = looks();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([looks(), sent.length]).toEqual([before, 3]);
});

test.each<[string, () => Promise<BoardPulse | undefined>]>([
  ["STALE", never],
  ["STALE", () => Promise.reject(new Error("gone"))],
  ["RECOVERING", () => Promise.resolve(undefined)],
  ["RECOVERING", () => Promise.resolve(pulse(1, { open: false }))],
])("a change to %s and back is told within two seconds", async (state, trouble) => {
  let answer: () => Promise<BoardPulse | undefined> = () => Promise.resolve(pulse(1));
  const { topic, sent } = watch(() => answer());
  const before = await topic.current();
  // Right after a look is the worst moment.
  await vi.advanceTimersByTimeAsync(1_001);
  answer = trouble;
  const beganAt = Date.now();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sent.at(-1)).toMatchObject({ state, changesPerSecond: 0 });
  expect(sent.at(-1)?.asOf).toBeLessThanOrEqual(beganAt);
  expect(sent.at(-1)?.asOf).toBeGreaterThan(before.asOf);
  answer = () => Promise.resolve(pulse(1));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sent.at(-1)?.state).toBe("LIVE");
  const sequences = sent.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
});

test("a new viewer is told that Redis is silent within a second", async () => {
  const { topic } = watch(never);
  const status = topic.current();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await status).toMatchObject({ state: "STALE" });
});

test("the rate of changes is that of the last seconds, without what is no change", () => {
  const rate = new ChangeRate(5_000);
  rate.add(0, pulse(100));
  expect(rate.perSecond).toBe(0);
  rate.add(1_000, pulse(150));
  expect(rate.perSecond).toBe(50);
  // The end of a season takes a revision.
  rate.add(2_000, pulse(151, { season: 2 }));
  expect(rate.perSecond).toBe(25);
  for (let second = 3; second <= 8; second += 1) rate.add(second * 1_000, pulse(151, { season: 2 }));
  expect(rate.perSecond).toBe(0);
  // A recovery makes revisions jump.
  rate.add(9_000, pulse(2 ** 32, { epoch: 2, season: 2 }));
  expect(rate.perSecond).toBe(0);
  rate.add(10_000, pulse(2 ** 32 + 7, { epoch: 2, season: 2 }));
  expect(rate.perSecond).toBe(7);
});
