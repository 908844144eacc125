type Ended = IteratorReturnResult<void>;

/** Yields nothing until it is told to end. graphql-ws gets it for a subscription whose messages bypass it. */
export class SilentGenerator implements AsyncGenerator<never, void> {
  readonly #ended: Promise<Ended>;
  #end: (result: Ended) => void = () => undefined;
  #leave: (() => void) | undefined;

  /** @param leave called once, when the viewer leaves */
  constructor(leave: () => void) {
    this.#leave = leave;
    this.#ended = new Promise((resolve) => (this.#end = resolve));
  }

  next(): Promise<Ended> {
    return this.#ended;
  }

  return(): Promise<Ended> {
    this.#leave?.();
    this.#leave = undefined;
    this.#end({ value: undefined, done: true });
    return this.#ended;
  }

  throw(): Promise<Ended> {
    return this.return();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
