import { randomInt } from "node:crypto";
import type { Row } from "./rows.js";

const userCount = 1_000;
const largestIncrement = 100;
const topCount = 10;

/** An increment that was sent, and what was known of its player at that time. */
export interface Attempt {
  readonly userId: string;
  readonly by: number;
  readonly user: number;
  /** The least that the player's total can be after this increment: everything acknowledged before, plus this. */
  readonly least: number;
}

/**
 * The bounds of a server's scores, player by player: at least what the server acknowledged, at most what was attempted.
 * They hold for any server that neither loses nor repeats an increment, however its answers overlap. It must be the
 * only writer, from an empty board on.
 */
export class ScoreBounds {
  readonly #acknowledged = new Float64Array(userCount);
  readonly #attempted = new Float64Array(userCount);
  /** A linear congruential generator: a good random number would cost more than the rest of a request. */
  #random = randomInt(2 ** 31);

  attempt(): Attempt {
    const user = this.#below(userCount);
    const by = 1 + this.#below(largestIncrement);
    this.#attempted[user] = (this.#attempted[user] ?? 0) + by;
    return { userId: `user${user}`, by, user, least: (this.#acknowledged[user] ?? 0) + by };
  }

  /**
   * @param row the player's own row, if the answer has it
   * @throws Error when that row can't be right
   */
  acknowledge({ userId, user, by, least }: Attempt, row?: Row): void {
    this.#acknowledged[user] = (this.#acknowledged[user] ?? 0) + by;
    if (row === undefined) return;
    const most = this.#attempted[user] ?? 0;
    if (row.userId === userId && row.score >= least && row.score <= most) return;
    throw new Error(`${userId} must have ${least} to ${most}, not ${JSON.stringify(row)}`);
  }

  /**
   * @param change the increment that was made right before, if any
   * @throws Error unless these can be the ten best rows
   */
  checkTop(rows: readonly Row[], change?: Attempt): void {
    if (rows.length === 0 || rows.length > topCount) throw new Error(`${rows.length} top scores`);
    let before = Infinity;
    for (const { userId, score } of rows) {
      const most = this.#attempted[Number(userId.slice("user".length))] ?? 0;
      if (score > before || score <= 0 || score > most) throw new Error(`not in order or too high: ${userId} ${score}`);
      if (userId === change?.userId && score < change.least)
        throw new Error(`older than the increment: ${userId} ${score}`);
      before = score;
    }
    if (!change) return;
    // A player who is not listed has at most the score of the last row.
    const listed = rows.length < topCount || rows.some(({ userId }) => userId === change.userId);
    if (!listed && change.least > before) throw new Error(`${change.userId} with ${change.least} is missing`);
  }

  /** The sum of all acknowledged increments: it equals that of the server's scores when no increment is under way. */
  get acknowledgedTotal(): number {
    return this.#acknowledged.reduce((sum, score) => sum + score, 0);
  }

  #below(limit: number): number {
    this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (this.#random >>> 8) % limit;
  }
}
