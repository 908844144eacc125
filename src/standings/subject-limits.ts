import { StandingsError } from "../domain/errors.js";
import type { RateLimits } from "../domain/rate-limit.js";
import type { RedisClient } from "../redis/client.js";
import { keys } from "../redis/keys.js";
import { bucketOf } from "./score-store.js";
import { scripts } from "./scripts.js";

/**
 * Charges what is no change of a board to its subject's rate limit: the one that increments are charged to, except that
 * in a Redis Cluster those have one for each board.
 */
export class SubjectLimits {
  readonly #writer: RedisClient;
  readonly #limits: RateLimits;

  constructor(writer: RedisClient, limits: RateLimits) {
    this.#writer = writer;
    this.#limits = limits;
  }

  /**
   * One round trip, none where there is no limit.
   *
   * @throws StandingsError `rateLimited` or `storeFailed`
   */
  async take(subject: string, policy: keyof RateLimits): Promise<void> {
    const limit = this.#limits[policy];
    if (!limit) return;
    const waitMs = await this.#takeOne(subject, bucketOf(limit));
    if (waitMs === 0) return;
    const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
    throw new StandingsError("rateLimited", { message: "Too many changes. Slow down.", retryAfter });
  }

  /** @returns the milliseconds to wait; 0 when it was taken */
  async #takeOne(subject: string, bucket: readonly number[]): Promise<number> {
    try {
      const reply = await scripts.takeTokens.run(this.#writer, [keys.rateLimit(subject)], [...bucket, 1]);
      const [, waitMs] = reply as [taken: number, waitMs: number];
      return waitMs;
    } catch (error) {
      throw new StandingsError("storeFailed", { cause: error });
    }
  }
}
