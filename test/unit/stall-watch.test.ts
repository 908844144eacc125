import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { StallWatch } from "../../src/transports/network/stall-watch.js";

const kilobyte = 1024;

/** The part of a socket that the watch reads: the bytes written in all, and how many of them wait. */
class Connection {
  _bytesDispatched = 0;
  readonly _handle = { writeQueueSize: 0 };

  get writableLength(): number {
    return this._handle.writeQueueSize;
  }

  writes(bytes: number): this {
    this._bytesDispatched += bytes;
    this._handle.writeQueueSize += bytes;
    return this;
  }

  takes(bytes: number): this {
    this._handle.writeQueueSize -= bytes;
    return this;
  }
}

function setUp(connections: Connection[], maxWaitingBytes?: number) {
  const watch = new StallWatch(maxWaitingBytes);
  // Connection has every member of a socket that the watch uses.
  const sockets = connections as unknown as Socket[];
  return (seconds: number) => watch.stalled(sockets, seconds * 1_000) as unknown as Connection[];
}

test("a client that reads nothing is cut off after ten seconds", () => {
  const client = new Connection();
  const stalledAt = setUp([client]);
  expect(stalledAt(0)).toEqual([]);
  client.writes(100);
  for (const second of [1, 5, 11]) expect(stalledAt(second)).toEqual([]);
  expect(stalledAt(11.5)).toEqual([client]);
});

test("a client that reads slowly is not cut off, even when it takes minutes", () => {
  const client = new Connection().writes(1_000 * kilobyte);
  const stalledAt = setUp([client]);
  for (let second = 0; second < 60; second += 1) {
    expect(stalledAt(second)).toEqual([]);
    client.takes(2 * kilobyte);
  }
});

test("a client that reads a byte now and then is cut off", () => {
  const client = new Connection().writes(1_000 * kilobyte);
  const stalledAt = setUp([client]);
  for (let second = 0; second <= 10; second += 1) {
    expect(stalledAt(second)).toEqual([]);
    client.takes(1);
  }
  expect(stalledAt(11)).toEqual([client]);
});

test("a client that has read an answer has ten seconds for the next one", () => {
  const client = new Connection().writes(100);
  const stalledAt = setUp([client]);
  expect(stalledAt(0)).toEqual([]);
  client.takes(100);
  expect(stalledAt(9)).toEqual([]);
  client.writes(100);
  expect(stalledAt(12)).toEqual([]);
  expect(stalledAt(21)).toEqual([]);
  expect(stalledAt(23)).toEqual([client]);
});

test("when too much waits in all, the stalled clients that hold most are cut off within a second", () => {
  const [small, large, reading] = [1, 60, 100].map((count) => new Connection().writes(count * kilobyte));
  const all = [small, large, reading].filter((each) => each !== undefined);
  const stalledAt = setUp(all, 110 * kilobyte);
  expect(stalledAt(0)).toEqual([]);
  reading?.takes(20 * kilobyte);
  expect(stalledAt(0.5)).toEqual([large]);
});
