import { setTimeout as delay } from "node:timers/promises";

const sliceMs = 50;

/**
 * Ends open connections in slices of equal size over a time, so that their clients don't all come back at once. Without a
 * time it ends all of them together.
 *
 * @returns when the last was told to end
 */
export async function endInSlices(ends: readonly (() => void)[], overMs: number): Promise<void> {
  const begin = performance.now();
  let ended = 0;
  while (ended < ends.length) {
    const elapsed = performance.now() - begin;
    const due = overMs === 0 ? ends.length : Math.min(ends.length, Math.floor((elapsed / overMs) * ends.length) + 1);
    for (; ended < due; ended += 1) ends[ended]?.();
    if (ended < ends.length) await delay(sliceMs);
  }
}
