import { dropRecords, restoreRecords } from "./idempotency-records.js";
import { keys } from "../redis/keys.js";
import type { RedisClient } from "../redis/client.js";
import { toRows } from "./rows.js";
import { scripts } from "./scripts.js";
import type { OutboxEntry } from "./outbox-entry.js";
import { formatPosition, parsePosition, type Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import type { UserId } from "../domain/player.js";
import type { Revision, Score, ScoreRow } from "../domain/score.js";

/** A board in Redis, as recovery sees it. */
export interface BoardState {
  /** Undefined when Redis knows nothing of the board. */
  readonly position: Position | undefined;
  /** Whether writes are accepted: the board was reconciled on the server process that answers now. */
  readonly open: boolean;
  /** The highest fence that Redis has seen. */
  readonly fence: number;
  readonly hasScores: boolean;
  /** The revision up to which a board without scores is right. */
  readonly base: Revision;
  /** The outbox's first and last changes. */
  readonly outbox: { readonly first: Position; readonly last: Position } | undefined;
}

const rebuildTtlSeconds = 3_600;

/** The worker's operations on a whole board: look at it, close it, rebuild it, open it. Every step may be repeated. */
export class BoardKeeper {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  async readState(board: Board): Promise<BoardState> {
    const reply = await scripts.readState.run(
      this.#client,
      [keys.scores(board), keys.outbox(board), keys.meta(board)],
      [],
    );
    const [server, reconciled, epoch, revision, fence, hasScores, first, firstCount, last, base] = reply as [
      ...[string, string, string, string, string],
      ...[number, string, string, string, string],
    ];
    return {
      position: epoch === "" ? undefined : { epoch: Number(epoch), revision: Number(revision) as Revision },
      open: epoch !== "" && server === reconciled,
      fence: Number(fence),
      hasScores: hasScores === 1,
      base: Number(base) as Revision,
      outbox: first === "" ? undefined : { first: firstChange(first, firstCount), last: parsePosition(last) },
    };
  }

  /** Bars every worker with a lower fence. @returns false when ours is too low */
  async claim(board: Board, fence: number): Promise<boolean> {
    return this.#lead(board, fence, "claim");
  }

  /** Refuses writes from now on, with RECOVERING. @returns false when our fence is too low */
  async close(board: Board, fence: number): Promise<boolean> {
    return this.#lead(board, fence, "close");
  }

  /**
   * Makes a board that Redis does not know, closed.
   *
   * @returns false when our fence is too low, or Redis knows the board
   */
  async create(board: Board, fence: number, { epoch, revision }: Position): Promise<boolean> {
    return this.#lead(board, fence, "create", epoch, revision);
  }

  /**
   * Goes on at a position in a later epoch, closed, with the standings as they are.
   *
   * @returns false when our fence is too low, or the board is not (any more) at the position where it was seen
   */
  async advance(board: Board, fence: number, from: Position, to: Position): Promise<boolean> {
    return this.#lead(board, fence, "advance", to.epoch, to.revision, from.epoch, from.revision);
  }

  /**
   * Accepts writes from now on.
   *
   * @returns false when our fence is too low, or the board is not (any more) at this position
   */
  async open(board: Board, fence: number, { epoch, revision }: Position): Promise<boolean> {
    return this.#lead(board, fence, "open", epoch, revision);
  }

  /**
   * Begins a rebuild: closes the board and sets its outbox aside.
   *
   * @returns false when our fence or the epoch is too low
   */
  async abandon(board: Board, fence: number, epoch: number): Promise<boolean> {
    return this.#lead(board, fence, "abandon", epoch);
  }

  async #lead(board: Board, fence: number, action: string, ...positions: number[]): Promise<boolean> {
    const scriptKeys = [keys.meta(board), keys.outbox(board), keys.abandoned(board)];
    return (await scripts.lead.run(this.#client, scriptKeys, [fence, action, ...positions])) === 1;
  }

  /** Empties the place where standings are rebuilt, because an earlier attempt may have been interrupted. */
  async startRebuild(board: Board, epoch: number): Promise<void> {
    await this.#client.unlink(keys.rebuild(board, epoch));
  }

  async addRebuilt(board: Board, epoch: number, rows: readonly ScoreRow[]): Promise<void> {
    const key = keys.rebuild(board, epoch);
    await Promise.all([
      this.#client.zadd(key, ...rows.flatMap(({ userId, score }) => [score, userId])),
      // The remains of an interrupted attempt must not fill Redis for ever.
      this.#client.expire(key, rebuildTtlSeconds),
    ]);
  }

  /**
   * Puts the rebuilt standings in place; the board stays closed.
   *
   * @returns false when our fence is too low, the board is in this epoch or a later one already, or Redis was restarted
   * or emptied since `abandon`
   * @throws Error when Redis does not hold `count` rebuilt rows
   */
  async finishRebuild(board: Board, fence: number, to: Position, count: number): Promise<boolean> {
    const outcome = await scripts.swap.run(
      this.#client,
      [
        keys.scores(board),
        keys.outbox(board),
        keys.meta(board),
        keys.rebuild(board, to.epoch),
        keys.abandoned(board),
        keys.aside(board, formatPosition(to)),
      ],
      [fence, to.epoch, to.revision, count],
    );
    if (outcome === -1) throw new Error(`the rebuilt standings of ${board} are incomplete`);
    return outcome === 1;
  }

  /** Writes the idempotency records of committed changes again, for the rest of their 24 hours. */
  async restoreRecords(board: Board, events: readonly OutboxEntry[], now: number): Promise<void> {
    await restoreRecords(this.#client, board, events, now);
  }

  /**
   * Removes the idempotency records of changes that are no longer part of the standings, and the claims on their keys.
   *
   * @returns false when our fence is too low
   */
  async dropRecords(board: Board, fence: number, entries: readonly OutboxEntry[]): Promise<boolean> {
    return dropRecords(this.#client, board, fence, entries);
  }

  /** Rows by position in the standings, highest score first. O(log n + count). */
  async readRows(board: Board, from: number, count: number): Promise<ScoreRow[]> {
    const flat = await this.#client.zrevrange(keys.scores(board), from, from + count - 1, "WITHSCORES");
    return toRows(flat);
  }

  /** Some rows, in no order, as ZSCAN returns them. A full scan returns each row that stays at least once. */
  async scanRows(board: Board, cursor: string): Promise<{ cursor: string; rows: ScoreRow[] }> {
    const [next, flat] = await this.#client.zscan(keys.scores(board), cursor, "COUNT", 2_000);
    return { cursor: next, rows: toRows(flat) };
  }

  /** The totals of players, undefined for those without one. */
  async readScores(board: Board, userIds: readonly UserId[]): Promise<(Score | undefined)[]> {
    if (userIds.length === 0) return [];
    const scores = await this.#client.zmscore(keys.scores(board), ...userIds);
    return scores.map((score) => (score === null ? undefined : (Number(score) as Score)));
  }

  async count(board: Board): Promise<number> {
    return this.#client.zcard(keys.scores(board));
  }
}

/** @param id the first entry's: the position of its last change */
function firstChange(id: string, count: string): Position {
  const { epoch, revision } = parsePosition(id);
  return { epoch, revision: (revision - Number(count) + 1) as Revision };
}
