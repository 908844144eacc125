const firstWaitMs = 500;
const longestWaitMs = 15_000;

/**
 * Milliseconds to wait before retry number `attempt` (from 0). This is "full jitter": a random time up to an
 * exponentially growing bound, so that the viewers of a restarted server do not all reconnect at the same moment.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitter(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(longestWaitMs, firstWaitMs * 2 ** attempt);
}

/** Resolves after `ms`, or as soon as the browser is online again or somebody looks at the page again. */
export function waitUnlessWoken(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("visibilitychange", doneIfVisible);
      resolve();
    };
    const doneIfVisible = () => {
      if (!document.hidden) done();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
    document.addEventListener("visibilitychange", doneIfVisible);
  });
}
