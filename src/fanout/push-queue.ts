import { setImmediate as nextTurn } from "node:timers/promises";

/** Something that has news for its viewers. */
export interface Pushing {
  /** Pushes to some viewers before each `yield`, for no longer than a millisecond or two. */
  push(): Iterator<void>;
}

/** How long pushes may hold up the process's other work: an increment must not wait for thousands of viewers. */
const sliceMs = 2;

/**
 * Pushes to all groups of viewers, to a part of each in turn, so that neither a group of thousands nor thousands of
 * groups keep the others waiting. A group that gets news during its push is pushed once more afterwards, with the
 * newest value. When there is more to push than there is time, viewers therefore get fewer messages, not later ones.
 */
export class PushQueue {
  readonly #onError: (error: unknown) => void;
  readonly #pushes = new Map<Pushing, Iterator<void>>();
  readonly #again = new Set<Pushing>();
  #running = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** How many groups are being pushed to. */
  get length(): number {
    return this.#pushes.size;
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
    // Delete it first, so that adding it again puts it at the end of the map.
    this.#pushes.delete(pushing);
    if (this.#again.delete(pushing)) this.#pushes.set(pushing, pushing.push());
  }
}
