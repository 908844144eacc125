import type { BoardPulse } from "../standings/standings-reader.js";

interface Sample {
  /** In terms of performance.now(). */
  readonly at: number;
  readonly epoch: number;
  readonly changes: number;
}

/** How fast a board changes, from its revisions as they were seen. */
export class ChangeRate {
  readonly #windowMs: number;
  #samples: Sample[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** 0 until there are two samples. */
  get perSecond(): number {
    const [first, last] = [this.#samples.at(0), this.#samples.at(-1)];
    if (!first || !last || last.at <= first.at) return 0;
    return (last.changes - first.changes) / ((last.at - first.at) / 1000);
  }

  add(at: number, { epoch, revision, season }: Omit<BoardPulse, "open">): void {
    // Each season's end takes a revision and is no change.
    const sample = { at, epoch, changes: revision - season };
    const last = this.#samples.at(-1);
    // Revisions jump with the epoch, when a board is recovered.
    if (last && (last.epoch !== epoch || last.changes > sample.changes)) this.#samples = [];
    this.#samples.push(sample);
    const oldest = this.#samples.findLastIndex((each) => each.at <= at - this.#windowMs);
    if (oldest > 0) this.#samples.splice(0, oldest);
  }
}
