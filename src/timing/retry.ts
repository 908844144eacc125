export interface RetryOptions {
  /** Before the next attempt, given the failures in a row. */
  waitMs: (failures: number) => number;
  /** Ends the waiting. An attempt that runs is not interrupted. */
  signal: AbortSignal;
  onFailure: (error: unknown) => void;
}

/**
 * Tries until it works, for ever if need be.
 *
 * @throws the signal's reason when it was stopped while it waited
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
