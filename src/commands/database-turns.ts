import { FairQueue } from "./fair-queue.js";

/**
 * Fewer reads at once than the pool has connections, so that a read never waits for a connection when its turn has
 * come.
 */
const limits = {
  concurrency: 3,
  concurrencyPerCaller: 2,
  maxWaiting: 1_000,
  maxWaitingPerCaller: 100,
  timeoutMs: 3_000,
};

/** The turns of all callers' reads that PostgreSQL answers: one queue a process. */
export function databaseTurns(): FairQueue {
  return new FairQueue(limits);
}
