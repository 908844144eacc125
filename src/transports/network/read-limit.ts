import { LRUCache } from "lru-cache";
import { quotaOf, takeTokens, type Quota, type RateLimit } from "../../domain/rate-limit.js";

/**
 * Addresses that are remembered, most recently seen first; a few megabytes. An address that is forgotten begins with a
 * full bucket: a sender needs more addresses than this to gain anything by it.
 */
const maxAddresses = 50_000;

/** What the limit says of one more read. */
export interface ReadVerdict {
  readonly quota: Quota;
  /** Milliseconds until the read would pass; 0: it passes. */
  readonly waitMs: number;
}

/**
 * How much each address may read without a token. The buckets are in the memory of this process, so a read costs no
 * round trip, and several processes give an address their limits' sum.
 */
export class ReadLimit {
  readonly #limit: RateLimit;
  readonly #now: () => number;
  /** By address: when its bucket is full again. */
  readonly #fullAt = new LRUCache<string, number>({ max: maxAddresses });

  /** @param now in milliseconds, of a clock that never goes back */
  constructor(limit: RateLimit, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /**
   * Charges one operation, subscription or GET, whatever it costs: `OperationCosts` limits the cost of each. Well below a
   * microsecond.
   *
   * @param address as `TrustedProxies.callerOf` gives it
   */
  take(address: string): ReadVerdict {
    const now = this.#now();
    const { fullAt, waitMs } = takeTokens(this.#limit, this.#fullAt.get(address) ?? 0, now);
    this.#fullAt.set(address, fullAt);
    return { quota: quotaOf(this.#limit, fullAt - now), waitMs };
  }
}
