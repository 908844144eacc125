import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { PushQueue, type Pushing } from "../../src/fanout/push-queue.js";
import { SubscriptionHub } from "../../src/fanout/subscription-hub.js";
import type { NextMessage } from "../../src/fanout/next-message.js";
import type { Topic } from "../../src/fanout/topic.js";
import { ViewerConnection } from "../../src/fanout/viewer-connection.js";
import { waitFor } from "../helpers/wait-for.js";

/** Keeps the process busy, as executing an operation does. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

function pushing(name: string, parts: number, log: string[], ms = 0): Pushing {
  return {
    *push() {
      for (let part = 1; part <= parts; part += 1) {
        work(ms);
        log.push(`${name}${part}`);
        if (part < parts) yield;
      }
    },
  };
}

const fail = (error: unknown): void => {
  throw error;
};

test("pushes at once when nothing else is being pushed", () => {
  const log: string[] = [];
  new PushQueue(fail).add(pushing("a", 1, log));
  expect(log).toEqual(["a1"]);
});

test("a group of many viewers takes turns with the others", async () => {
  const log: string[] = [];
  const queue = new PushQueue(fail);
  queue.add(pushing("big", 4, log, 3));
  queue.add(pushing("small", 1, log));
  await waitFor(() => log.length === 5);
  expect(log.indexOf("small1")).toBeLessThan(log.indexOf("big3"));
});

test("the process does its other work between many groups", async () => {
  const log: string[] = [];
  const queue = new PushQueue(fail);
  for (let index = 0; index < 50; index += 1) queue.add(pushing("g", 1, log, 1));
  const before = log.length;
  await nextTurn();
  await nextTurn();
  expect(log.length).toBeLessThan(before + 15);
  await waitFor(() => log.length === 50);
});

test("a group that gets news again and again during its push is pushed once more, not once for each news", async () => {
  const log: string[] = [];
  const queue = new PushQueue(fail);
  const slow = pushing("a", 2, log, 3);
  queue.add(slow);
  for (let count = 0; count < 10; count += 1) queue.add(slow);
  await waitFor(() => log.length === 4);
  await nextTurn();
  expect(log).toEqual(["a1", "a2", "a1", "a2"]);
});

test("a group that fails does not delay the others", async () => {
  const log: string[] = [];
  const errors: unknown[] = [];
  const queue = new PushQueue((error) => errors.push(error));
  queue.add({
    *push() {
      yield;
      throw new Error("broken");
    },
  });
  queue.add(pushing("b", 1, log));
  await waitFor(() => log.length === 1 && errors.length === 1);
});

class Connection extends ViewerConnection {
  readonly sent: string[] = [];
  isDrained = true;
  readonly #whenDrained: (() => void)[] = [];

  send(message: NextMessage): number {
    this.sent.push(message.as("plain", (payload) => payload).toString());
    return 1;
  }

  drain(): void {
    this.isDrained = true;
    for (const callback of this.#whenDrained.splice(0)) callback();
  }

  protected afterDrain(callback: () => void): void {
    this.#whenDrained.push(callback);
  }
}

/** A topic of numbers. */
class Numbers implements Topic<number> {
  value = 1;
  readonly #listeners = new Set<(value: number) => void>();
  current = () => Promise.resolve(this.value);
  readonly isNewer = (value: number, than: number) => value > than;
  readonly changedAt = () => undefined;

  subscribe(listener: (value: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  next(): void {
    this.value += 1;
    for (const listener of this.#listeners) listener(this.value);
  }

  [Symbol.asyncIterator](): AsyncIterator<number> {
    throw new Error("not asked for");
  }
}

function newHub(onError = fail): SubscriptionHub {
  const none = () => undefined;
  return new SubscriptionHub({ onMessage: none, onWrite: none, onConflated: none, onPushed: none, onError });
}

test("nothing is executed for viewers that can't take it; later they get only the newest", async () => {
  const [hub, topic, viewer] = [newHub(), new Numbers(), new Connection()];
  const executed: unknown[] = [];
  const execute = (value: unknown) => {
    executed.push(value);
    return String(value);
  };
  hub.join("k", () => ({ topic, execute }), viewer, "1");
  await waitFor(() => executed.length === 1);
  viewer.isDrained = false;
  for (let count = 0; count < 100; count += 1) topic.next();
  await nextTurn();
  expect(executed).toEqual([1]);
  viewer.drain();
  expect(executed).toEqual([1, 101]);
  expect(viewer.sent.at(-1)).toBe("101");
});

test("a viewer that has left gets nothing, also when its first value comes later", async () => {
  const [hub, topic, viewer] = [newHub(), new Numbers(), new Connection()];
  const leave = hub.join("k", () => ({ topic, execute: String }), viewer, "1");
  leave();
  await nextTurn();
  expect(viewer.sent).toEqual([]);
  expect([hub.viewers, hub.operations]).toEqual([0, 0]);
});

test("a slow operation is executed once for all, and no viewer gets an older value after a newer one", async () => {
  const [hub, topic] = [newHub(), new Numbers()];
  const viewers = [new Connection(), new Connection()];
  const waiting = new Map<unknown, (json: string) => void>();
  const execute = (value: unknown) => new Promise<string>((resolve) => waiting.set(value, resolve));
  for (const viewer of viewers) hub.join("k", () => ({ topic, execute }), viewer, "1");
  await waitFor(() => waiting.has(1));
  topic.next();
  expect([...waiting.keys()]).toEqual([1, 2]);
  waiting.get(2)?.("2");
  await nextTurn();
  waiting.get(1)?.("1");
  await nextTurn();
  for (const { sent } of viewers) expect(sent).toEqual(["2"]);
});

test("a viewer that is shown another's newer result does not get it again", async () => {
  const hub = newHub();
  const answers: ((value: number) => void)[] = [];
  const topic = new Numbers();
  const viewers = [new Connection(), new Connection()];
  topic.current = () => new Promise<number>((resolve) => answers.push(resolve));
  for (const viewer of viewers) hub.join("k", () => ({ topic, execute: String }), viewer, "1");
  answers[1]?.(3);
  await nextTurn();
  answers[0]?.(2);
  await nextTurn();
  topic.value = 2;
  topic.next();
  await nextTurn();
  for (const { sent } of viewers) expect(sent).toEqual(["3"]);
});

test("a failed execution is repeated for the next viewer", async () => {
  const [hub, topic] = [newHub(() => undefined), new Numbers()];
  const viewers = [new Connection(), new Connection()];
  let failures = 1;
  const execute = async (value: unknown) => {
    await nextTurn();
    if ((failures -= 1) >= 0) throw new Error("once");
    return String(value);
  };
  for (const viewer of viewers) {
    hub.join("k", () => ({ topic, execute }), viewer, "1");
    await nextTurn();
    await nextTurn();
    await nextTurn();
  }
  await waitFor(() => viewers[1]?.sent.length === 1);
});
