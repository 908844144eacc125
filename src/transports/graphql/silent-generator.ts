/**
 * A generator that gives nothing until it is told to end: what graphql-ws gets for a subscription whose messages go past it.
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
