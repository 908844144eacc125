import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Clock } from "../../../web/src/client/clock.js";
import {
  followSent,
  newestOf,
  optimisticScore,
  type PushedPlace,
  type Sent,
} from "../../../web/src/presses/own-score.js";
import { PressQueue } from "../../../web/src/presses/press-queue.js";
import type { Press } from "../../../web/src/presses/press.js";
import type { PressResult } from "../../../web/src/presses/press-result.js";

const press = (amount: number): Press => ({ key: "", amount, season: 1, at: 0 });
const nothingSent: Sent = { presses: [], least: null };
const lost: PressResult = { kind: "failed", code: "LOST_CONNECTION", message: "", retryAfter: null };

describe("the newest place of a player", () => {
  const pushed = { place: { rank: 1, score: 1 }, revision: 5 };

  test("is the newer of what was pushed and answered", () => {
    expect(newestOf(pushed, { score: 2, revision: 6, rank: 1 })?.score).toBe(2);
    expect(newestOf(pushed, { score: 2, revision: 4, rank: 1 })?.score).toBe(1);
    expect(newestOf(null, { score: 2, revision: 4, rank: 1 })?.score).toBe(2);
    expect(newestOf(null, null)).toBeNull();
  });

  test("is none after a season's end, whatever was answered before it", () => {
    const gone = { place: null, revision: 7 };
    expect(newestOf(gone, { score: 2, revision: 6, rank: 1 })).toBeNull();
    expect(newestOf(gone, { score: 2, revision: 8, rank: 1 })?.score).toBe(2);
  });
});

describe("the score that is shown", () => {
  test("holds what was pressed, and counts nothing twice when a push comes before its answer", () => {
    const presses = [press(10), press(5)];
    const sent = followSent(nothingSent, presses, [], 20);
    expect(optimisticScore(20, sent, presses)).toBe(35);
    expect(optimisticScore(30, sent, presses)).toBe(35);
    expect(optimisticScore(60, sent, presses)).toBe(60);
    expect(optimisticScore(20, nothingSent, [])).toBe(20);
    expect(optimisticScore(Number.MAX_SAFE_INTEGER, nothingSent, presses)).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("adds nothing of what was kept over a reload, as it may have counted long ago", () => {
    const kept = [press(10)];
    const known = followSent({ presses: kept, least: null }, kept, [], 20);
    expect(optimisticScore(20, known, kept)).toBe(20);
    const later = [...kept, press(1)];
    expect(optimisticScore(20, known, later)).toBe(21);
    expect(optimisticScore(20, followSent(known, later, [], 20), later)).toBe(21);
  });

  test("takes back what was refused", () => {
    const [refused, counts] = [press(10), press(1)];
    const known = followSent(nothingSent, [refused, counts], [], 20);
    const next = followSent(known, [counts], [{ press: refused, code: "FORBIDDEN", message: "" }], 20);
    expect(optimisticScore(20, next, [counts])).toBe(20);
  });

  test("stays while one taps and the first answer comes", async () => {
    const game = new Game(20);
    for (let tap = 0; tap < 5; tap++) game.tap(1);
    expect(game.shown.at(-1)).toBe(25);
    game.arrive();
    await game.answer();
    expect(game.shown.at(-1)).toBe(25);
    await game.finish();
    expect(game.shown).toEqual([...game.shown].sort((a, b) => a - b));
    expect(game.shown.at(-1)).toBe(25);
  });

  test("never falls, never exceeds the truth, and is right in the end, however answers and pushes come", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("tap" as const), amount: fc.constantFrom(1, 10, 100) }),
      fc.record({ kind: fc.constant("others" as const), amount: fc.constantFrom(1, 7, 50) }),
      fc.record({ kind: fc.constantFrom("arrive", "answer", "lose", "push", "pass") }),
    );
    const play = async (steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) => {
      const game = new Game(20);
      for (const each of steps) {
        if ("amount" in each) game[each.kind](each.amount);
        else await game[each.kind]();
        expect(game.shown.at(-1)).toBeLessThanOrEqual(game.truth);
      }
      await game.finish();
      expect(game.shown).toEqual([...game.shown].sort((a, b) => a - b));
      expect(game.shown.at(-1)).toBe(game.truth);
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), play), { numRuns: 300 });
  });
});

/** A page with a queue, and a server that counts each key once. The requests and pushes come when a test says so. */
class Game {
  /** Each score that the page showed. */
  readonly shown: number[] = [];
  readonly #records = new Map<string, PressResult>();
  readonly #queue: PressQueue;
  #request: { presses: readonly Press[]; answer: (results: readonly PressResult[]) => void } | null = null;
  #timers: (() => void)[] = [];
  #revision = 1;
  #keys = 0;
  #sent = nothingSent;
  #pushed: PushedPlace;

  constructor(private score: number) {
    this.#pushed = this.#place();
    const clock: Clock = {
      now: () => 0,
      after: (_ms, call) => {
        this.#timers.push(call);
        return () => (this.#timers = this.#timers.filter((timer) => timer !== call));
      },
    };
    this.#queue = new PressQueue({
      clock,
      newKey: () => `key ${++this.#keys}`,
      kept: { read: () => [], write: () => undefined },
      send: (presses) => new Promise((answer) => (this.#request = { presses, answer })),
    });
    this.#queue.subscribe(() => this.#see());
    this.#see();
  }

  /** What the score will be when all that was pressed has counted. */
  get truth(): number {
    const open = this.#queue.state().pending.filter(({ key }) => !this.#records.has(key));
    return this.score + open.reduce((sum, { amount }) => sum + amount, 0);
  }

  tap(amount: number): void {
    this.#queue.press(amount, 1);
  }

  /** Another client adds. */
  others(amount: number): void {
    this.#add(amount);
  }

  /** The request reaches the server. */
  arrive(): void {
    for (const { key, amount } of this.#request?.presses ?? []) {
      if (this.#records.has(key)) continue;
      this.#add(amount);
      this.#records.set(key, { kind: "applied", rank: 1, score: this.score, revision: this.#revision });
    }
  }

  async answer(): Promise<void> {
    this.arrive();
    await this.#settle(({ key }) => this.#records.get(key) ?? lost);
  }

  /** The answer, or the request itself, gets lost. */
  async lose(): Promise<void> {
    await this.#settle(() => lost);
  }

  push(): void {
    this.#pushed = this.#place();
    this.#see();
  }

  /** Time passes until the queue tries again. */
  pass(): void {
    for (const call of this.#timers.splice(0)) call();
  }

  async finish(): Promise<void> {
    while (this.#queue.state().pending.length > 0) {
      this.pass();
      await this.answer();
    }
    this.push();
  }

  async #settle(resultOf: (press: Press) => PressResult): Promise<void> {
    const request = this.#request;
    this.#request = null;
    request?.answer(request.presses.map(resultOf));
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
  }

  #add(amount: number): void {
    this.score += amount;
    this.#revision += 1;
  }

  #place(): PushedPlace {
    return { place: { rank: 1, score: this.score }, revision: this.#revision };
  }

  #see(): void {
    const { pending, sent, refused, confirmed } = this.#queue.state();
    const newest = newestOf(this.#pushed, confirmed)?.score ?? 0;
    this.#sent = followSent(this.#sent, sent, refused, newest);
    this.shown.push(optimisticScore(newest, this.#sent, pending));
  }
}
