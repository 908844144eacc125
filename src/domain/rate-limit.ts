/** A token bucket: it holds `burst` tokens and gets `perSecond` new ones a second. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

export interface RateLimits {
  readonly player: RateLimit;
  /** Undefined: unlimited. */
  readonly service: RateLimit | undefined;
}

/** What a bucket holds after a request was judged by it. */
export interface Quota {
  readonly limit: RateLimit;
  /** Whole tokens that are left. */
  readonly remaining: number;
  /** Milliseconds until the bucket is full again. */
  readonly fullInMs: number;
}

/**
 * Takes tokens from a bucket whose state is the time at which it is full again (GCRA). Times are in milliseconds.
 *
 * @returns the new state, and how long to wait until the tokens are there: 0 when they were taken, and otherwise the
 * state is the old one
 */
export function takeTokens(
  { perSecond, burst }: RateLimit,
  fullAt: number,
  now: number,
  tokens = 1,
): { fullAt: number; waitMs: number } {
  const before = Math.max(fullAt, now);
  const after = before + (1000 * tokens) / perSecond;
  const waitMs = after - now - (1000 * burst) / perSecond;
  return waitMs > 0 ? { fullAt: before, waitMs } : { fullAt: after, waitMs: 0 };
}

/** What is left in a bucket that is full again in so many milliseconds. */
export function quotaOf(limit: RateLimit, fullInMs: number): Quota {
  const missing = (fullInMs * limit.perSecond) / 1000;
  // Sums of fractions of a millisecond: a bucket that misses a millionth of a token has that token.
  const remaining = Math.max(0, Math.floor(limit.burst - missing + 1e-6));
  return { limit, fullInMs: Math.round(fullInMs), remaining };
}

/** A rate limit within this process. */
export class TokenBucket {
  readonly #limit: RateLimit;
  #fullAt = 0;

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /**
   * @param now in milliseconds, of a clock that never goes back
   * @returns false, and takes none, when the bucket holds fewer tokens
   */
  take(now: number, tokens = 1): boolean {
    const { fullAt, waitMs } = takeTokens(this.#limit, this.#fullAt, now, tokens);
    this.#fullAt = fullAt;
    return waitMs === 0;
  }
}
