import type { Board } from "../domain/board.js";
import type { RedisClient } from "../redis/client.js";
import { keys } from "../redis/keys.js";
import { scripts } from "./scripts.js";

/** A board with work for the leader. */
export interface MarkedBoard {
  readonly board: Board;
  /** Whether no process has marked it for so long that none relies on its mark. */
  readonly isOld: boolean;
}

/** How long a process relies on a mark, by its own clock, from the moment at which it asked for it. */
export const trustMs = 30_000;
/** How old a mark must be, by Redis' clock, before the leader drops its board. */
const oldMs = 2 * trustMs;

/**
 * The boards that the leader has to look at: a sorted set in Redis, from board to the time of its newest mark. The
 * script that applies changes can't write it, because in a Redis Cluster a board lies on another slot. So processes
 * mark boards (`WorkMark`), and the leader drops those that are idle.
 *
 * Why no acknowledged change waits in an outbox that the leader does not look at:
 *
 * 1. A change is acknowledged only while its process relies on a mark that it asked for at most `trustMs` ago, or after
 *    it has marked the board again. Take a change that was applied at E on a mark made at M: then E < M + `trustMs`.
 * 2. The leader drops a board in this order: it lists the set and finds the mark older than `oldMs`, at L. Then it
 *    makes a pass, which empties the outbox. Last it drops the board, if the mark is still that old, so no newer mark
 *    than M was made by then.
 * 3. So L > M + `oldMs` > E: the pass of step 2 began after the change was applied, and took it to PostgreSQL.
 * 4. A change that was applied later, while the mark was too old to rely on, is followed by another mark before it is
 *    acknowledged. That mark comes before the drop, which then does nothing, or after it, and adds the board again.
 *
 * Only durations are compared, so the clocks need not agree. Where Redis' clock jumps forward by more than `trustMs`,
 * or the set's server loses it alone, a change waits at most until the next mark: each change is followed by one within
 * `WorkMark`'s interval. A Redis that lost the boards as well answers RECOVERING, and whoever hears that marks its board.
 * The mark comes before the change also on Redis' disk, so a restart keeps it, or loses both.
 */
export class WorkSet {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** O(log n). */
  async mark(board: Board): Promise<void> {
    try {
      await scripts.markWork.run(this.#client, [keys.work], [board]);
    } catch (error) {
      // Changes wait for marks, and would wait as long behind a call that timed out.
      if (error instanceof Error && error.message === "Command timed out") this.#client.disconnect(true);
      throw error;
    }
  }

  /** O(n) in the boards with work. */
  async list(): Promise<MarkedBoard[]> {
    const [now, flat] = (await scripts.listWork.run(this.#client, [keys.work], [])) as [string, string[]];
    const marked: MarkedBoard[] = [];
    for (let at = 0; at + 1 < flat.length; at += 2) {
      marked.push({ board: flat[at] as Board, isOld: Number(now) - Number(flat[at + 1]) > oldMs });
    }
    return marked;
  }

  /** Drops a board whose mark is old. Call it only after a pass that began when the mark was old already. O(log n). */
  async drop(board: Board): Promise<void> {
    await scripts.dropWork.run(this.#client, [keys.work], [board, oldMs]);
  }
}
