import { Redis } from "ioredis";
import { scoresKey, toEntries, type Publish, type ScoreEntry } from "./scoreboard.js";

const script = `
  local score = redis.call('ZINCRBY', KEYS[1], ARGV[1], ARGV[2])
  return { score, redis.call('ZREVRANGE', KEYS[1], 0, 9, 'WITHSCORES') }
`;

/** The Redis work of a tuned program for an increment: one script call. */
export class ScriptScoreboard {
  readonly #redis;
  readonly #publish: Publish;

  constructor(redisUrl: string, publish: Publish) {
    this.#redis = new Redis(redisUrl, { scripts: { increment: { lua: script, numberOfKeys: 1 } } }) as Redis & {
      increment(key: string, by: number, userId: string): Promise<[score: string, top: string[]]>;
    };
    this.#publish = publish;
  }

  async increment(userId: string, by: number): Promise<{ score: number; topScores: readonly ScoreEntry[] }> {
    const [score, rows] = await this.#redis.increment(scoresKey, by, userId);
    const topScores = toEntries(rows);
    this.#publish(topScores);
    return { score: Number(score), topScores };
  }
}
