/**
 * Shares reads: all callers that ask before a read is sent get that read's answer. A read that is under way is never
 * shared with a later caller, because it may have seen an older state than the caller already knows of. At most one
 * read is under way and one waits, however many callers ask.
 */
export class CoalescedRead<T> {
  readonly #read: () => Promise<T>;
  #current: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  get(): Promise<T> {
    this.#next ??= this.#schedule();
    return this.#next;
  }

  async #schedule(): Promise<T> {
    await this.#current.catch(() => undefined);
    this.#next = undefined;
    const read = this.#read();
    this.#current = read;
    return read;
  }
}
