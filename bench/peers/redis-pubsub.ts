import { RedisPubSub } from "graphql-redis-subscriptions";
import { Redis } from "ioredis";
import type { ScoreEntry } from "./scoreboard.js";

const topScoresUpdated = "TOP_SCORES_UPDATED";

/** From a change to all subscribers, as graphql-redis-subscriptions documents it. */
export class TopScoresPubSub {
  readonly #pubsub: RedisPubSub;

  constructor(redisUrl: string) {
    this.#pubsub = new RedisPubSub({ publisher: new Redis(redisUrl), subscriber: new Redis(redisUrl) });
  }

  async publish(topScores: readonly ScoreEntry[]): Promise<void> {
    await this.#pubsub.publish(topScoresUpdated, { topScoresUpdated: { topScores } });
  }

  updates(): AsyncIterableIterator<unknown> {
    // Declared as `any` by the package.
    return this.#pubsub.asyncIterableIterator(topScoresUpdated) as AsyncIterableIterator<unknown>;
  }
}
