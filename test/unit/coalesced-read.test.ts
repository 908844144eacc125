import { expect, test } from "vitest";
import { CoalescedRead } from "../../src/feed/coalesced-read.js";

/** A store whose reads a test answers by hand. */
function createReads() {
  const started: PromiseWithResolvers<string>[] = [];
  const read = new CoalescedRead(() => {
    const answer = withResolvers<string>();
    started.push(answer);
    return answer.promise;
  });
  return { read, started };
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let [resolve, reject]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("callers that ask before the read is sent share it", async () => {
  const { read, started } = createReads();
  const answers = [read.get(), read.get(), read.get()];
  await turn();
  expect(started).toHaveLength(1);
  started[0]?.resolve("a");
  expect(await Promise.all(answers)).toEqual(["a", "a", "a"]);
});

test("a caller that asks while a read is under way gets the answer of the next read", async () => {
  const { read, started } = createReads();
  const early = read.get();
  await turn();
  const late = [read.get(), read.get()];
  await turn();
  expect(started).toHaveLength(1); // one at a time
  started[0]?.resolve("old");
  await turn();
  expect(started).toHaveLength(2);
  started[1]?.resolve("new");
  expect(await early).toBe("old");
  expect(await Promise.all(late)).toEqual(["new", "new"]);
});

test("a failed read fails for all callers that share it, and the next read is made", async () => {
  const { read, started } = createReads();
  const failing = [read.get(), read.get()];
  await turn();
  const next = read.get();
  started[0]?.reject(new Error("away"));
  expect(await Promise.allSettled(failing)).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
  await turn();
  started[1]?.resolve("back");
  expect(await next).toBe("back");
});

test("a read that throws at once fails like any other, and the next read is made", async () => {
  let calls = 0;
  const read = new CoalescedRead(() => {
    calls += 1;
    if (calls === 1) throw new Error("at once");
    return Promise.resolve("fine");
  });
  await expect(read.get()).rejects.toThrow("at once");
  await expect(read.get()).resolves.toBe("fine");
});

test("many callers over time cause only as many reads as they need answers that they can't share", async () => {
  const { read, started } = createReads();
  const answers: Promise<string>[] = [];
  for (let round = 0; round < 5; round += 1) {
    for (let asker = 0; asker < 100; asker += 1) answers.push(read.get());
    await turn();
    started.at(-1)?.resolve(`round ${round}`);
    await turn();
  }
  started.at(-1)?.resolve("last");
  await Promise.all(answers);
  expect(started.length).toBeLessThanOrEqual(6);
});
