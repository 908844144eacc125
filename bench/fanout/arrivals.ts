import { monotonicMs } from "./viewers-protocol.js";

/** When the last of all viewers had each change. A change is known by the leader's score; a higher one includes it. */
export class Arrivals {
  /** How many viewers have a score or a higher one, while some have not. */
  readonly #counts = new Map<number, number>();
  #complete: [score: number, atMs: number][] = [];
  #viewers = 0;

  /** A viewer counts from its first update on. */
  join(): void {
    this.#viewers += 1;
    // Changes that are on their way would wait for one who may have come after them.
    this.#counts.clear();
  }

  advance(from: number, to: number): void {
    for (let score = from + 1; score <= to; score += 1) {
      const count = (this.#counts.get(score) ?? 0) + 1;
      if (count < this.#viewers) {
        this.#counts.set(score, count);
        continue;
      }
      this.#counts.delete(score);
      this.#complete.push([score, monotonicMs()]);
    }
  }

  /** The complete ones since the last time. */
  take(): readonly (readonly [score: number, atMs: number])[] {
    const taken = this.#complete;
    this.#complete = [];
    return taken;
  }
}
