export interface TokenBucketOptions {
  readonly perSecond: number;
  /** As many at once. */
  readonly burst: number;
}

/** A rate limit within this process, kept as the time at which the bucket is full again (GCRA). */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #fullAt = 0;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
  }

  /**
   * @param now in milliseconds, of a clock that never goes back
   * @returns whether there were so many; if not, none are taken
   */
  take(now: number, tokens = 1): boolean {
    const { perSecond, burst } = this.#options;
    const fullAt = Math.max(this.#fullAt, now) + (1000 * tokens) / perSecond;
    if (fullAt - now > (1000 * burst) / perSecond) return false;
    this.#fullAt = fullAt;
    return true;
  }
}
