import { describe, expect, test } from "vitest";
import { mainBoard, moreBoards, type DemoBoard } from "../../scripts/demo/boards.js";
import { demoPlayers, guest, rivalries } from "../../scripts/demo/players.js";
import { Story, type Play, type StoryBoard } from "../../scripts/demo/story.js";
import { isCountry } from "../../src/domain/countries.js";
import { isUserId } from "../../src/domain/player.js";
import { parseProfileChange } from "../../src/domain/profile.js";

/** Mulberry32: the same numbers for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function begin(seed: number) {
  const story = new Story(numbers(seed));
  const main = new Map<string, number>();
  for (const board of [mainBoard, ...moreBoards]) {
    const rows = startOf(board);
    story.learn(board.input.id as StoryBoard, rows);
    if (board === mainBoard) for (const { userId, score } of rows) main.set(userId, score);
  }
  const order = () => [...main].sort(([, one], [, other]) => other - one).map(([userId]) => userId);
  const play = (): Play => {
    const next = story.next();
    if (next.board === "main") main.set(next.userId, (main.get(next.userId) ?? 0) + next.amount);
    return next;
  };
  return { story, main, order, play };
}

function startOf({ changes }: DemoBoard) {
  return changes.map(({ userId, increment, score }) => ({ userId, score: increment ?? score ?? 0 }));
}

describe("the demo's players", () => {
  test("are sixty, whom the service takes as they are", () => {
    expect(demoPlayers).toHaveLength(60);
    expect(new Set(demoPlayers.map(({ userId }) => userId)).size).toBe(60);
    for (const { userId, country, displayName } of demoPlayers) {
      expect(isUserId(userId) && isCountry(country)).toBe(true);
      expect(parseProfileChange({ displayName })).toEqual({ displayName });
    }
    const ids = new Set(demoPlayers.map(({ userId }) => userId));
    expect(rivalries.flat().filter((userId) => !ids.has(userId))).toEqual([]);
  });

  test("begin close together, with a tie, and with the guest just behind the tenth", () => {
    const { order, main } = begin(1);
    const scores = order().map((userId) => main.get(userId) ?? 0);
    expect(scores.filter((score, place) => score === scores[place - 1]).length).toBeGreaterThan(0);
    expect(order().indexOf(guest)).toBe(10);
    expect((scores[9] ?? 0) - (main.get(guest) ?? 0)).toBeLessThan(10);
    for (const { changes } of [mainBoard, ...moreBoards]) expect(changes.length).toBeLessThanOrEqual(100);
  });
});

describe("the demo's story", () => {
  test("is the same for the same numbers", () => {
    const [one, other] = [begin(7), begin(7)];
    for (let plays = 0; plays < 500; plays += 1) expect(one.play()).toEqual(other.play());
  });

  test.each([1, 2, 3])(
    "changes the lead, has streaks, and keeps the field and the guest together (seed %i)",
    (seed) => {
      const { order, main, play } = begin(seed);
      let [leads, streaks, run] = [0, 0, 0];
      let [leader, last] = [order()[0], ""];
      const boards = new Map<StoryBoard, number>();
      const guestPlaces: number[] = [];
      for (let plays = 0; plays < 6_000; plays += 1) {
        const { board, userId, amount } = play();
        boards.set(board, (boards.get(board) ?? 0) + 1);
        expect(Number.isSafeInteger(amount) && amount > 0).toBe(true);
        run = userId === last ? run + 1 : 1;
        if (run === 4) streaks += 1;
        last = userId;
        const now = order();
        if (now[0] !== leader) leads += 1;
        leader = now[0];
        if (plays > 200) guestPlaces.push(now.indexOf(guest) + 1);
      }
      expect(leads).toBeGreaterThan(20);
      expect(streaks).toBeGreaterThan(50);
      for (const board of ["main", "weekly", "speedrun"] as const) expect(boards.get(board)).toBeGreaterThan(200);
      const scores = order().map((userId) => main.get(userId) ?? 0);
      expect((scores[0] ?? 0) - (scores[9] ?? 0)).toBeLessThan(0.2 * (scores[0] ?? 0));
      expect(Math.max(...guestPlaces)).toBeLessThanOrEqual(13);
      expect(Math.min(...guestPlaces)).toBeGreaterThanOrEqual(9);
    },
  );

  test("beats a best run less and less, and never the perfect one", () => {
    const { story } = begin(4);
    const best = new Map<string, number>();
    let beaten = 0;
    for (let plays = 0; plays < 30_000; plays += 1) {
      const { board, userId, amount } = story.next();
      if (board !== "speedrun") continue;
      if (amount < (best.get(userId) ?? Infinity)) beaten += 1;
      best.set(userId, Math.min(amount, best.get(userId) ?? Infinity));
    }
    expect(beaten).toBeGreaterThan(100);
    expect(Math.min(...best.values())).toBeGreaterThan(57_000);
  });

  test("the guest is led back to tenth place after it was left behind, and nobody takes its points away", () => {
    const { story, order, main, play } = begin(5);
    for (const [userId, score] of main) if (userId !== guest) main.set(userId, score + 2_000);
    story.learn(
      "main",
      [...main].map(([userId, score]) => ({ userId, score })),
    );
    const before = main.get(guest) ?? 0;
    for (let plays = 0; plays < 400; plays += 1) play();
    expect(order().indexOf(guest)).toBeLessThanOrEqual(12);
    expect(main.get(guest)).toBeGreaterThan(before);
  });
});
