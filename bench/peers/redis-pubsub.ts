import { RedisPubSub } from "graphql-redis-subscriptions";
import { Redis } from "ioredis";
import type { ScoreEntry } from "./scoreboard.js";

const topScoresUpdated = "TOP_SCORES_UPDATED";

/** Carries a change to all subscribers, as the documentation of graphql-redis-subscriptions shows. */
export class TopScoresPubSub {
  readonly #pubsub: RedisPubSub;

  constructor(redisUrl: string) {
    this.#pubsub = new RedisPubSub({ publisher: new Redis(redisUrl), subscriber: new Redis(redisUrl) });
  }

  async publish(topScores: readonly ScoreEntry[]): Promise<void> {
    await this.#pubsub.publish(topScoresUpdated, { topScoresUpdated: { topScores } });
  }

  updates(): AsyncIterableIterator<unknown> {
    // The package declares this as `any`.
    return this.#pubsub.asyncIterableIterator(topScoresUpdated) as AsyncIterableIterator<unknown>;
  }
}
