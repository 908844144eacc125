const firstWaitMs = 500;
const longestWaitMs = 15_000;

/**
 * Milliseconds to wait before retry number `attempt` (from 0): "full jitter", a random time up to an exponentially
 * growing bound, so that all viewers of a restarted server do not come back in the same instant.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitter(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(longestWaitMs, firstWaitMs * 2 ** attempt);
}

/** Resolves after `ms`, or as soon as the browser reports that it is back on a network. */
export function waitOrOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
  });
}
