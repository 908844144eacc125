/**
 * A generator that yields nothing until it is told to end. graphql-ws gets it for a subscription whose messages bypass
 * it.
 *
 * @param leave called once, when the viewer leaves
 */
export function silentUntilLeft(leave: () => void): AsyncGenerator<never, void> {
  let end: (result: IteratorReturnResult<void>) => void = () => undefined;
  const ended = new Promise<IteratorReturnResult<void>>((resolve) => (end = resolve));
  let finished = false;
  const finish = () => {
    if (!finished) leave();
    finished = true;
    end({ value: undefined, done: true });
    return ended;
  };
  return {
    next: () => ended,
    return: finish,
    throw: finish,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
