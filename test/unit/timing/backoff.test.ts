import { expect, test } from "vitest";
import { backOffMs, jittered } from "../../../src/timing/backoff.js";

test("a wait doubles with each failure, up to the longest, however many there are", () => {
  const waits = [1, 2, 3, 4, 5, 6, 5_000].map((failures) => backOffMs(failures, { firstMs: 50, maxMs: 1_000 }));
  expect(waits).toEqual([50, 100, 200, 400, 800, 1_000, 1_000]);
});

test("jitter leaves between half of a wait and all of it", () => {
  expect([0, 0.5, 1].map((random) => jittered(1_000, () => random))).toEqual([500, 750, 1_000]);
});
