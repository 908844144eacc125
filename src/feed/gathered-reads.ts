import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Reads that many callers ask for at once: equal reads of the same turn of the event loop are sent once. No caller gets
 * what was read before it asked.
 */
export class GatheredReads<T> {
  readonly #waiting = new Map<string, Promise<T>>();

  /** @param key says which reads are equal */
  get(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#waiting.get(key);
    if (known) return known;
    const sent = nextTurn().then(() => {
      this.#waiting.delete(key);
      return read();
    });
    this.#waiting.set(key, sent);
    return sent;
  }
}
