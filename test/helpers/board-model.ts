import type { Redis } from "ioredis";
import type { Board, BoardRules } from "../../src/domain/board.js";
import type { UserId } from "../../src/domain/player.js";
import type { Revision, Score } from "../../src/domain/score.js";
import { keys } from "../../src/redis/keys.js";
import { formatRules, formOf, stampOf, toKept } from "../../src/standings/kept-form.js";

/** A row as a test expects it. */
export interface Row {
  userId: string;
  score: number;
  rank: number;
}

let boards = 0;

/** A board that is written past the service, and the same board as a few obvious lines. */
export class BoardModel {
  readonly id = `board-${(boards += 1)}` as Board;
  readonly #redis: Redis;
  readonly #rules: BoardRules;
  readonly #scores = new Map<UserId, { score: number; revision: number }>();
  #revision = 0;

  constructor(redis: Redis, rules: BoardRules) {
    this.#redis = redis;
    this.#rules = rules;
  }

  async open(season = 1): Promise<void> {
    const meta = { epoch: 1, revision: this.#revision, rules: formatRules(this.#rules), season };
    await this.#redis.hset(keys.meta(this.id), meta);
  }

  async endSeason(season: number): Promise<void> {
    await this.#redis.del(keys.scores(this.id), keys.stamps(this.id));
    this.#scores.clear();
    await this.open(season + 1);
  }

  async set(...changes: { userId: UserId; score: number | undefined }[]): Promise<void> {
    const form = formOf(this.#rules);
    const batch = this.#redis.pipeline();
    for (const { userId, score } of changes) {
      this.#revision += 1;
      const before = this.#scores.get(userId);
      if (before?.score === score) continue; // The score was reached before.
      const member = (revision: number) => (form.stamped ? stampOf(revision as Revision) : "") + userId;
      if (before) batch.zrem(keys.scores(this.id), member(before.revision));
      batch.hdel(keys.stamps(this.id), userId);
      this.#scores.delete(userId);
      if (score === undefined) continue;
      this.#scores.set(userId, { score, revision: this.#revision });
      batch.zadd(keys.scores(this.id), toKept(score as Score, form), member(this.#revision));
      if (form.stamped) batch.hset(keys.stamps(this.id), userId, stampOf(this.#revision as Revision));
    }
    await batch.exec();
  }

  rows(users?: ReadonlySet<string>): Row[] {
    const { order, ties } = this.#rules;
    const all = [...this.#scores].filter(([userId]) => users?.has(userId) ?? true);
    all.sort(([a, x], [b, y]) => {
      const byScore = order === "LOWEST_FIRST" ? x.score - y.score : y.score - x.score;
      if (byScore !== 0) return byScore;
      return ties === "FIRST_TO_REACH" ? x.revision - y.revision : Buffer.compare(Buffer.from(b), Buffer.from(a));
    });
    return all.map(([userId, { score }], index) => {
      const first = all.findIndex(([, other]) => other.score === score);
      return { userId, score, rank: (ties === "FIRST_TO_REACH" ? index : first) + 1 };
    });
  }
}
