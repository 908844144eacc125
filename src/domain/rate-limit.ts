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

/** A rate limit within this process. Its state is the time at which the bucket is full again (GCRA). */
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
    const { perSecond, burst } = this.#limit;
    const fullAt = Math.max(this.#fullAt, now) + (1000 * tokens) / perSecond;
    if (fullAt - now > (1000 * burst) / perSecond) return false;
    this.#fullAt = fullAt;
    return true;
  }
}
