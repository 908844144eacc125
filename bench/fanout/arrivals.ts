import { monotonicMs } from "./viewers-protocol.js";

/**
 * Tracks when the last of all viewers had each change. The leader's score identifies a change; a higher score includes
 * it.
 */
export class Arrivals {
  /** For each score: how many viewers have it or a higher one, while some viewers have not. */
  readonly #counts = new Map<number, number>();
  #complete: [score: number, atMs: number][] = [];
  #viewers = 0;

  /** A viewer counts from its first update on. */
  join(): void {
    this.#viewers += 1;
    // Changes that are on their way would wait for a viewer that joined after them.
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

  /** Takes the changes that became complete since the last call. */
  take(): readonly (readonly [score: number, atMs: number])[] {
    const taken = this.#complete;
    this.#complete = [];
    return taken;
  }
}
