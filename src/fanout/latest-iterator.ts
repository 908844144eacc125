import type { Topic } from "./topic.js";

/**
 * One viewer's way through a topic: the current value first, then each newer one. It holds at most one value: a reader
 * that is slower than the changes gets the newest, never a backlog.
 */
export class LatestIterator<T> implements AsyncIterableIterator<T> {
  readonly #topic: Topic<T>;
  readonly #unsubscribe: () => void;
  /**
   * False until the current value was read. Until then pushed values are held back: one of them may be older than it.
   */
  #opened = false;
  #last: T | undefined;
  #held: { value: T } | undefined;
  #failure: { error: unknown } | undefined;
  #done = false;
  #wake: () => void = () => undefined;

  constructor(topic: Topic<T>) {
    this.#topic = topic;
    // Joining before reading leaves no gap between the first value and the changes.
    this.#unsubscribe = topic.subscribe((value) => this.#push(value));
    topic.current().then(
      (value) => {
        this.#opened = true;
        this.#push(value);
        this.#wake();
      },
      (error: unknown) => {
        this.#failure = { error };
        this.#end();
      },
    );
  }

  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      if (this.#held && this.#opened) {
        const { value } = this.#held;
        this.#held = undefined;
        return { value, done: false };
      }
      if (this.#failure) throw this.#failure.error;
      if (this.#done) return { value: undefined, done: true };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  return(): Promise<IteratorResult<T>> {
    this.#held = undefined;
    this.#end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #push(value: T): void {
    if (this.#done || (this.#last !== undefined && !this.#topic.isNewer(value, this.#last))) return;
    this.#last = value;
    this.#held = { value };
    if (this.#opened) this.#wake();
  }

  #end(): void {
    if (this.#done) return;
    this.#done = true;
    this.#unsubscribe();
    this.#wake();
  }
}
