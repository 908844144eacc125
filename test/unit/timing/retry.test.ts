import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { retry } from "../../../src/timing/retry.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const waitMs = (failures: number) => failures * 100;

test("an attempt that works is the only one", async () => {
  const onFailure = vi.fn();
  const { signal } = new AbortController();
  expect(await retry(() => Promise.resolve("done"), { waitMs, signal, onFailure })).toBe("done");
  expect(onFailure).not.toHaveBeenCalled();
});

test("each failure is reported, and the wait depends on the number of failures", async () => {
  const attempt = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new Error("first"))
    .mockRejectedValueOnce(new Error("second"))
    .mockResolvedValue("done");
  const told: unknown[] = [];
  const { signal } = new AbortController();
  const outcome = retry(attempt, { waitMs, signal, onFailure: (error) => told.push(error) });
  await vi.advanceTimersByTimeAsync(100);
  expect(attempt).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(199);
  expect(attempt).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome).toBe("done");
  expect(told).toEqual([new Error("first"), new Error("second")]);
  expect(vi.getTimerCount()).toBe(0);
});

test("it can be stopped while it waits, and leaves no timer", async () => {
  const stop = new AbortController();
  const attempt = vi.fn(() => Promise.reject(new Error("away")));
  const outcome = retry(attempt, { waitMs, signal: stop.signal, onFailure: () => undefined });
  const seen = expect(outcome).rejects.toThrow("stopped");
  await vi.advanceTimersByTimeAsync(50);
  stop.abort(new Error("stopped"));
  await seen;
  expect(attempt).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});
