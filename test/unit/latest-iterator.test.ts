import fc from "fast-check";
import { expect, test } from "vitest";
import { LatestIterator } from "../../src/fanout/latest-iterator.js";
import type { Topic } from "../../src/fanout/topic.js";

/** A topic of growing numbers that a test moves by hand. */
class Numbers implements Topic<number> {
  readonly listeners = new Set<(value: number) => void>();
  readonly #reads: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];

  current(): Promise<number> {
    return new Promise((resolve, reject) => this.#reads.push({ resolve, reject }));
  }

  subscribe(listener: (value: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  isNewer(value: number, than: number): boolean {
    return value > than;
  }

  changedAt(): undefined {
    return undefined;
  }

  /** Answers the requests for the current value. */
  async answer(value: number): Promise<void> {
    for (const { resolve } of this.#reads.splice(0)) resolve(value);
    await turn();
  }

  async fail(error: Error): Promise<void> {
    for (const { reject } of this.#reads.splice(0)) reject(error);
    await turn();
  }

  push(value: number): void {
    for (const listener of this.listeners) listener(value);
  }

  [Symbol.asyncIterator](): LatestIterator<number> {
    return new LatestIterator(this);
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Whether a promise is still pending once all due callbacks have run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  return (await Promise.race([promise, turn().then(() => pending)])) === pending;
}

function create() {
  const topic = new Numbers();
  return { topic, iterator: topic[Symbol.asyncIterator]() };
}

test("gives out nothing before the current value is there", async () => {
  const { topic, iterator } = create();
  const next = iterator.next();
  topic.push(1);
  expect(await isPending(next)).toBe(true);
  await topic.answer(2);
  expect(await next).toEqual({ value: 2, done: false });
});

test.each([
  [5, 3],
  [3, 5],
  [5, 5],
])("begins with the newer one when %d was pushed and the current value is %d", async (pushed, current) => {
  const { topic, iterator } = create();
  topic.push(pushed);
  await topic.answer(current);
  expect(await iterator.next()).toEqual({ value: 5, done: false });
  expect(await isPending(iterator.next())).toBe(true);
});

test("wakes a reader that waits", async () => {
  const { topic, iterator } = create();
  await topic.answer(1);
  await iterator.next();
  const next = iterator.next();
  expect(await isPending(next)).toBe(true);
  topic.push(2);
  expect(await next).toEqual({ value: 2, done: false });
});

test("keeps the newest value for a slow reader and drops the others", async () => {
  const { topic, iterator } = create();
  await topic.answer(1);
  for (const value of [2, 3, 4]) topic.push(value);
  expect(await iterator.next()).toEqual({ value: 4, done: false });
  expect(await isPending(iterator.next())).toBe(true);
});

test("drops a value that is not newer, also after the newest was read", async () => {
  const { topic, iterator } = create();
  await topic.answer(5);
  await iterator.next();
  for (const value of [5, 4, 0]) topic.push(value);
  expect(await isPending(iterator.next())).toBe(true);
});

test.each(["before the current value is there", "while a reader waits"])("return ends it %s", async (when) => {
  const { topic, iterator } = create();
  if (when === "while a reader waits") {
    await topic.answer(1);
    await iterator.next();
  }
  const next = iterator.next();
  expect(topic.listeners.size).toBe(1);
  expect(await iterator.return()).toEqual({ value: undefined, done: true });
  expect(await next).toEqual({ value: undefined, done: true });
  expect(topic.listeners.size).toBe(0);
  await topic.answer(9);
  expect(await iterator.next()).toEqual({ value: undefined, done: true });
});

test("return drops the value that it holds", async () => {
  const { topic, iterator } = create();
  await topic.answer(1);
  await iterator.return();
  expect(await iterator.next()).toEqual({ value: undefined, done: true });
});

test("throws when the current value can't be read, and leaves the topic", async () => {
  const { topic, iterator } = create();
  const failed = expect(iterator.next()).rejects.toThrow("away");
  await topic.fail(new Error("away"));
  await failed;
  expect(topic.listeners.size).toBe(0);
});

test("can be read with for await, and leaves the topic at a break", async () => {
  const topic = new Numbers();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const value of topic) {
      seen.push(value);
      if (value === 3) break;
      topic.push(value + 1);
    }
  })();
  await topic.answer(1);
  await reading;
  expect(seen).toEqual([1, 2, 3]);
  expect(topic.listeners.size).toBe(0);
});

test("a reader sees a growing part of what was pushed, and the newest in the end", async () => {
  const step = fc.oneof(fc.nat(50), fc.constant("read" as const));
  await fc.assert(
    fc.asyncProperty(fc.nat(50), fc.array(step, { maxLength: 40 }), async (first, steps) => {
      const { topic, iterator } = create();
      await topic.answer(first);
      const [pushed, seen]: [number[], number[]] = [[first], []];
      for (const each of [...steps, "read"] as const) {
        if (typeof each === "number") {
          topic.push(each);
          pushed.push(each);
        } else if (Math.max(...pushed) > (seen.at(-1) ?? -1)) {
          seen.push((await iterator.next()).value as number);
        }
      }
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
      expect(pushed).toEqual(expect.arrayContaining(seen));
      expect(seen.at(-1)).toBe(Math.max(...pushed));
    }),
    { numRuns: 50 },
  );
});
