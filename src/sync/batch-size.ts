/** How many changes a transaction has at least, if that many wait. */
export const smallestBatch = 20_000;
/** Limits the worker's memory: two batches are in it, one on its way to PostgreSQL and the next one. */
const largestBatch = 100_000;
/** Far below the time after which PostgreSQL ends a statement. */
const transactionMs = 3_000;

/**
 * The size of the next transaction: as many changes as PostgreSQL commits in three seconds. The more changes a
 * transaction has, the less often each player's total is written.
 *
 * @param count how many changes were committed
 * @param tookMs how long that took
 */
export function batchSizeAfter(count: number, tookMs: number): number {
  const size = Math.round((count * transactionMs) / Math.max(tookMs, 1));
  return Math.min(largestBatch, Math.max(smallestBatch, size));
}
