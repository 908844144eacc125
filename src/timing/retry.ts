export interface RetryOptions {
  /** The wait before the next attempt, given the failures in a row. */
  waitMs: (failures: number) => number;
  /** Ends the wait. Does not interrupt a running attempt. */
  signal: AbortSignal;
  onFailure: (error: unknown) => void;
}

/**
 * Tries until an attempt succeeds, for ever if need be.
 *
 * @throws the signal's reason when it is aborted before an attempt succeeds
 */
export async function retry<T>(attempt: () => Promise<T>, { waitMs, signal, onFailure }: RetryOptions): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      onFailure(error);
    }
    await sleep(waitMs(failures), signal);
    signal.throwIfAborted();
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
