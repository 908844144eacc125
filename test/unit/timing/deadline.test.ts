import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { within } from "../../../src/timing/deadline.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => undefined);

test("work that is done in time gives its value, and leaves no timer", async () => {
  expect(await within(1_000, Promise.resolve("done"), () => "late")).toBe("done");
  expect(vi.getTimerCount()).toBe(0);
});

test("work that fails in time throws its error, and leaves no timer", async () => {
  await expect(within(1_000, Promise.reject(new Error("broken")), () => "late")).rejects.toThrow("broken");
  expect(vi.getTimerCount()).toBe(0);
});

test("work that takes longer gives the value for being late, exactly at the deadline", async () => {
  const late = vi.fn(() => "late");
  const outcome = within(1_000, never, late);
  await vi.advanceTimersByTimeAsync(999);
  expect(late).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome).toBe("late");
});

test("the value for being late may be an error", async () => {
  const outcome = within(1_000, never, () => {
    throw new Error("too late");
  });
  const seen = expect(outcome).rejects.toThrow("too late");
  await vi.advanceTimersByTimeAsync(1_000);
  await seen;
});

test("a failure after the deadline is ignored", async () => {
  let fail: (error: Error) => void = () => undefined;
  const work = new Promise<never>((_resolve, reject) => (fail = reject));
  const outcome = within(1_000, work, () => "late");
  await vi.advanceTimersByTimeAsync(1_000);
  fail(new Error("unhandled, this would fail the run"));
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome).toBe("late");
});
