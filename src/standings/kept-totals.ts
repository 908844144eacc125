import { keys } from "../redis/keys.js";
import type { RedisClient } from "../redis/client.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import type { UserId } from "../domain/player.js";
import type { Position } from "../domain/position.js";
import type { ReachedRow, Revision, Score, ScoreRow } from "../domain/score.js";
import type { SeasonNumber } from "../domain/season.js";
import { formOf, fromKept, reachedAt, toRows } from "./kept-form.js";
import { scripts } from "./scripts.js";

/** Some players' totals in the season that runs, and the moment at which they were those. */
export interface TotalsInRedis {
  readonly position: Position;
  readonly season: SeasonNumber;
  /** In the order of the players; undefined for those without one. */
  readonly scores: readonly (Score | undefined)[];
}

/** The totals in Redis as recovery and comparison read them: all of them, or those of some players. */
export class KeptTotals {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** How many players the running season has. */
  async count(board: Board): Promise<number> {
    return this.#client.zcard(keys.scores(board));
  }

  /**
   * Rows by position in the standings, best first. O(log n + count).
   *
   * @param season one that ended; undefined: the one that runs
   */
  async readRows(
    { id, ...rules }: BoardDefinition,
    from: number,
    count: number,
    season?: SeasonNumber,
  ): Promise<ReachedRow[]> {
    const key = season === undefined ? keys.scores(id) : keys.seasonScores(id, season);
    const form = formOf(rules);
    const flat = await this.#client.zrevrange(key, from, from + count - 1, "WITHSCORES");
    return toRows(flat, form).map((row, index) => ({
      ...row,
      reachedAt: form.stamped ? reachedAt(flat[2 * index] ?? "") : undefined,
    }));
  }

  /** Some rows, in no order, as ZSCAN returns them. A full scan returns each row that stays at least once. */
  async scanRows({ id, ...rules }: BoardDefinition, cursor: string): Promise<{ cursor: string; rows: ScoreRow[] }> {
    const [next, flat] = await this.#client.zscan(keys.scores(id), cursor, "COUNT", 2_000);
    return { cursor: next, rows: toRows(flat, formOf(rules)) };
  }

  /**
   * The totals of players, undefined for those without one.
   *
   * @param season one that ended; undefined: the one that runs
   */
  async readScores(
    { id, ...rules }: BoardDefinition,
    userIds: readonly UserId[],
    season?: SeasonNumber,
  ): Promise<(Score | undefined)[]> {
    if (userIds.length === 0) return [];
    const form = formOf(rules);
    const key = season === undefined ? keys.scores(id) : keys.seasonScores(id, season);
    const stampsKey = season === undefined ? keys.stamps(id) : keys.seasonStamps(id, season);
    const members = form.stamped ? await this.#stamped(stampsKey, userIds) : userIds;
    const scores = await this.#client.zmscore(key, ...members);
    return scores.map((score) => (score === null ? undefined : fromKept(Number(score), form)));
  }

  /** The totals of players at one moment. O(1) a player. @returns undefined when Redis does not know the board */
  async readAtOnce({ id, ...rules }: BoardDefinition, userIds: readonly UserId[]): Promise<TotalsInRedis | undefined> {
    const boardKeys = [keys.scores(id), keys.meta(id), keys.stamps(id)];
    const reply = await scripts.readTotals.run(this.#client, boardKeys, userIds);
    if (reply === null) return undefined;
    const [epoch, revision, season, scores] = reply as [...[string, string, string], (string | null)[]];
    return {
      position: { epoch: Number(epoch), revision: Number(revision) as Revision },
      season: Number(season) as SeasonNumber,
      scores: scores.map((score) => (score === null ? undefined : fromKept(Number(score), formOf(rules)))),
    };
  }

  /** A user without a stamp has no member: no member has its id alone. */
  async #stamped(stampsKey: string, userIds: readonly UserId[]): Promise<readonly string[]> {
    const stamps = await this.#client.hmget(stampsKey, ...userIds);
    return userIds.map((userId, index) => `${stamps[index] ?? ""}${userId}`);
  }
}
