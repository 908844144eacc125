import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { anonymous, type AuthenticatedViewer, type EarlyEndReason } from "../../src/auth/roles.js";
import { hasEnded, watchTokenEnd } from "../../src/auth/token-end.js";

const day = 86_400_000;

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

function viewerUntil(expiresAt: number, others: Partial<AuthenticatedViewer> = {}): AuthenticatedViewer {
  return { role: "player", subject: "sam", expiresAt, ...others };
}

test("a token ends when it expires, also in months, and only once", () => {
  const end = vi.fn();
  watchTokenEnd(viewerUntil(60 * day), end);
  vi.advanceTimersByTime(60 * day - 1);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(day);
  expect(end.mock.calls).toEqual([["expired"]]);
});

test("a token that has expired ends at once", () => {
  const end = vi.fn();
  watchTokenEnd(viewerUntil(0), end);
  expect(end.mock.calls).toEqual([["expired"]]);
  expect(hasEnded(viewerUntil(0))).toBe(true);
});

test("nothing waits for a viewer without a token, for a token that never expires, or after the watch has ended", () => {
  const end = vi.fn();
  watchTokenEnd(anonymous, end)();
  watchTokenEnd(viewerUntil(Infinity), end);
  watchTokenEnd(viewerUntil(day), end)();
  expect(vi.getTimerCount()).toBe(0);
  expect(hasEnded(anonymous)).toBe(false);
  expect(hasEnded(viewerUntil(Infinity))).toBe(false);
});

test("a token that ends early ends once, and its timer goes", () => {
  const listeners = new Set<(reason: EarlyEndReason) => void>();
  const earlyEnd = {
    reason: undefined,
    watch: (listener: (reason: EarlyEndReason) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const end = vi.fn();
  watchTokenEnd(viewerUntil(day, { earlyEnd }), end);
  for (const listener of listeners) listener("revoked");
  expect(end.mock.calls).toEqual([["revoked"]]);
  expect([vi.getTimerCount(), listeners.size]).toEqual([0, 0]);
  const ended = viewerUntil(day, { earlyEnd: { ...earlyEnd, reason: "revoked" } });
  watchTokenEnd(ended, end);
  expect(end).toHaveBeenCalledTimes(2);
  expect(hasEnded(ended)).toBe(true);
});
