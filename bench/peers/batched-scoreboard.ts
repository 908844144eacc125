import { Redis } from "ioredis";
import { Scoreboard, scoresKey, toEntries, type Publish, type ScoreEntry } from "./scoreboard.js";

/** ARGV: increment and player in turns. Returns their new totals, and the ten best rows after all of them. */
const script = `
  local totals = {}
  for i = 1, #ARGV, 2 do totals[#totals + 1] = redis.call('ZINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
  return { totals, redis.call('ZREVRANGE', KEYS[1], 0, 9, 'WITHSCORES') }
`;

interface Waiting {
  readonly userId: string;
  readonly by: number;
  readonly resolve: (answer: { score: number; topScores: readonly ScoreEntry[] }) => void;
  readonly reject: (error: unknown) => void;
}

/** One script call for all waiting increments, one call in flight: our own writer works the same way. */
export class BatchedScoreboard extends Scoreboard {
  readonly #scripts;
  readonly #publishBatch: Publish;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(redisUrl: string, publish: Publish) {
    super(new Redis(redisUrl), publish);
    this.#publishBatch = publish;
    this.#scripts = new Redis(redisUrl, { scripts: { increments: { lua: script, numberOfKeys: 1 } } }) as Redis & {
      increments(key: string, changes: readonly (string | number)[]): Promise<[totals: string[], top: string[]]>;
    };
  }

  override increment(userId: string, by: number): Promise<{ score: number; topScores: readonly ScoreEntry[] }> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ userId, by, resolve, reject });
      if (!this.#busy) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#apply(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#busy = false;
  }

  async #apply(batch: readonly Waiting[]): Promise<void> {
    const changes = batch.flatMap(({ by, userId }) => [by, userId]);
    const [totals, rows] = await this.#scripts.increments(scoresKey, changes);
    const topScores = toEntries(rows);
    this.#publishBatch(topScores);
    for (const [index, { resolve }] of batch.entries()) resolve({ score: Number(totals[index]), topScores });
  }
}
