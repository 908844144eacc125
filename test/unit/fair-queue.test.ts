import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FairQueue, type FairQueueOptions } from "../../src/commands/fair-queue.js";

const limits: FairQueueOptions = {
  concurrency: 2,
  concurrencyPerCaller: 1,
  maxWaiting: 6,
  maxWaitingPerCaller: 4,
  timeoutMs: 1_000,
};

/** Work that ends when the test says so, with the outcome of each piece. */
class Bench {
  readonly queue: FairQueue;
  readonly started: string[] = [];
  readonly refused: string[] = [];
  readonly #ends = new Map<string, () => void>();

  constructor(options: Partial<FairQueueOptions> = {}) {
    this.queue = new FairQueue({ ...limits, ...options });
  }

  /** Each name is a caller and a number: `a1`. */
  async ask(...names: string[]): Promise<void> {
    for (const name of names) {
      const work = () =>
        new Promise<void>((resolve) => {
          this.started.push(name);
          this.#ends.set(name, resolve);
        });
      this.queue.run(name.charAt(0), work).catch((error: unknown) => {
        expect(error).toMatchObject({ kind: "overloaded" });
        this.refused.push(name);
      });
    }
    await settle();
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a fair queue", () => {
  it("runs as much as it may at once, and no more of one caller than its share", async () => {
    const bench = new Bench();
    await bench.ask("a1", "a2", "b1");
    expect(bench.started).toEqual(["a1", "b1"]);
  });

  it("lets callers take turns, however much one of them asked for before", async () => {
    const bench = new Bench({ concurrency: 1 });
    await bench.ask("a1", "a2", "a3", "a4", "b1", "c1", "b2");
    for (const name of ["a1", "a2", "b1", "c1", "a3", "b2"]) await bench.end(name);
    expect(bench.started).toEqual(["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
  });

  it("starts a newcomer's work before more of a caller that has its share already", async () => {
    const bench = new Bench();
    await bench.ask("a1", "b1", "a2", "a3", "c1");
    await bench.end("b1");
    expect(bench.started).toEqual(["a1", "b1", "c1"]);
    await bench.end("a1");
    expect(bench.started).toEqual(["a1", "b1", "c1", "a2"]);
  });

  it("refuses the excess: of one caller, while others may still wait, and of all callers", async () => {
    const bench = new Bench({ concurrency: 1 });
    await bench.ask("a1", "a2", "a3", "a4", "a5", "a6", "b1", "c1", "d1");
    expect(bench.refused).toEqual(["a6", "d1"]);
  });

  it("refuses work that waited for too long, and forgets it", async () => {
    const bench = new Bench({ concurrency: 1 });
    await bench.ask("a1", "a2", "b1");
    await vi.advanceTimersByTimeAsync(999);
    await bench.ask("c1");
    expect(bench.refused).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(bench.refused).toEqual(["a2", "b1"]);
    await bench.end("a1");
    expect(bench.started).toEqual(["a1", "c1"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("continues after work that failed", async () => {
    const queue = new FairQueue({ ...limits, concurrency: 1 });
    await expect(queue.run("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(queue.run("a", () => Promise.resolve(1))).resolves.toBe(1);
  });
});
