import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Loop } from "../../../src/timing/loop.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("each step says how long to wait for the next", async () => {
  const waits = [100, 200, 1_000];
  const step = vi.fn(() => Promise.resolve(waits.shift() ?? 0));
  const loop = new Loop(step);
  loop.start();
  await vi.advanceTimersByTimeAsync(99);
  expect(step).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(step).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(200);
  expect(step).toHaveBeenCalledTimes(3);
  await loop.stop();
});

test("the first step may have to wait, too", async () => {
  const step = vi.fn(() => Promise.resolve(1_000));
  const loop = new Loop(step);
  loop.start(500);
  await vi.advanceTimersByTimeAsync(499);
  expect(step).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(step).toHaveBeenCalledTimes(1);
  await loop.stop();
});

test("no step begins before the previous one has ended, and waking changes nothing until then", async () => {
  let end: (waitMs: number) => void = () => undefined;
  const step = vi.fn(() => new Promise<number>((resolve) => (end = resolve)));
  const loop = new Loop(step);
  loop.start();
  await vi.advanceTimersByTimeAsync(10_000);
  loop.wake();
  expect(step).toHaveBeenCalledTimes(1);
  end(100);
  await vi.advanceTimersByTimeAsync(99);
  expect(step).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(step).toHaveBeenCalledTimes(2);
  const stopped = loop.stop();
  end(0);
  await stopped;
});

test("waking ends a wait", async () => {
  const step = vi.fn(() => Promise.resolve(60_000));
  const loop = new Loop(step);
  loop.start();
  await vi.advanceTimersByTimeAsync(1);
  loop.wake();
  await vi.advanceTimersByTimeAsync(1);
  expect(step).toHaveBeenCalledTimes(2);
  await loop.stop();
});

test("stopping ends a wait, waits for the step that runs, and leaves no timer", async () => {
  let end: (waitMs: number) => void = () => undefined;
  const step = vi.fn(() => new Promise<number>((resolve) => (end = resolve)));
  const loop = new Loop(step);
  loop.start();
  await vi.advanceTimersByTimeAsync(1);
  let stopped = false;
  const stopping = loop.stop().then(() => (stopped = true));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(stopped).toBe(false);
  end(100);
  await stopping;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(step).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);

  const waiting = new Loop(() => Promise.resolve(60_000));
  waiting.start();
  await vi.advanceTimersByTimeAsync(1);
  await waiting.stop();
  expect(vi.getTimerCount()).toBe(0);
});
