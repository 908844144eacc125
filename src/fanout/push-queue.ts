import { setImmediate as nextTurn } from "node:timers/promises";

/** Something that has news for its viewers. */
export interface Pushing {
  /** Pushes to some viewers before each `yield`: no more than takes a millisecond or two. */
  push(): Iterator<void>;
}

/** As long as the process may go without its other work: an increment must not wait for thousands of viewers. */
const sliceMs = 2;

/**
 * Pushes of all groups of viewers, a part of each in turn, so that neither a group of thousands nor thousands of groups keep
 * the others waiting. What gets news while it is pushed is pushed once more afterwards, with the newest: when there is more
 * to push than there is time, viewers get fewer messages, not later ones.
 */
export class PushQueue {
  readonly #onError: (error: unknown) => void;
  readonly #pushes = new Map<Pushing, Iterator<void>>();
  readonly #again = new Set<Pushing>();
  #running = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Pushes at once when nothing else is being pushed. */
  add(pushing: Pushing): void {
    if (this.#pushes.has(pushing)) this.#again.add(pushing);
    else this.#pushes.set(pushing, pushing.push());
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    let began = performance.now();
    while (this.#pushes.size > 0) {
      for (const [pushing, push] of this.#pushes) {
        if (this.#hasEnded(push)) this.#finish(pushing);
        if (performance.now() - began < sliceMs) continue;
        await nextTurn();
        began = performance.now();
      }
    }
    this.#running = false;
  }

  #hasEnded(push: Iterator<void>): boolean {
    try {
      return push.next().done ?? false;
    } catch (error) {
      this.#onError(error);
      return true;
    }
  }

  #finish(pushing: Pushing): void {
    // Deleted first, so that it goes to the end of the row.
    this.#pushes.delete(pushing);
    if (this.#again.delete(pushing)) this.#pushes.set(pushing, pushing.push());
  }
}
