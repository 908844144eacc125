import { keys } from "../redis/keys.js";
import type { RedisClient } from "../redis/client.js";
import { formatPosition, parsePosition, type Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import type { IdempotencyKey } from "../domain/change.js";
import type { UserId } from "../domain/player.js";
import type { Score } from "../domain/score.js";

/** An accepted change on its way to PostgreSQL. */
export interface OutboxEntry {
  readonly position: Position;
  readonly userId: UserId;
  readonly increment: Score;
  /** The player's total after the change. */
  readonly score: Score;
  readonly subject: string;
  readonly idempotencyKey: IdempotencyKey | undefined;
  /** Milliseconds since the Unix epoch, by Redis' clock. */
  readonly occurredAt: number;
}

/**
 * The changes that Redis accepted and PostgreSQL may not have yet. Only increment.lua writes it, only the sync trims
 * it.
 */
export class Outbox {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** Up to `count` entries after a position, in order. O(count). */
  async read(board: Board, after: Position, count: number): Promise<OutboxEntry[]> {
    return this.#readStream(keys.outbox(board), after, count);
  }

  /** Up to `count` entries, after a position and in order, of the outbox that a rebuild has set aside. O(count). */
  async readAbandoned(board: Board, after: Position, count: number): Promise<OutboxEntry[]> {
    return this.#readStream(keys.abandoned(board), after, count);
  }

  /** Drops all entries up to and including a position. Call it only after PostgreSQL has committed them. */
  async trim(board: Board, upTo: Position): Promise<void> {
    const firstKept = `${upTo.epoch}-${upTo.revision + 1}`;
    await this.#client.xtrim(keys.outbox(board), "MINID", firstKept);
  }

  /** How many changes wait, and when the oldest of them was made. O(1). */
  async backlog(board: Board): Promise<{ length: number; oldestAt: number | undefined }> {
    const key = keys.outbox(board);
    const [length, [oldest]] = await Promise.all([
      this.#client.xlen(key),
      this.#client.xrange(key, "-", "+", "COUNT", 1),
    ]);
    return { length, oldestAt: oldest && toEntry(...oldest).occurredAt };
  }

  async #readStream(key: string, after: Position, count: number): Promise<OutboxEntry[]> {
    const entries = await this.#client.xrange(key, `(${formatPosition(after)}`, "+", "COUNT", count);
    return entries.map(([id, fields]) => toEntry(id, fields));
  }
}

/** increment.lua always writes the same fields in the same order. */
function toEntry(id: string, fields: readonly string[]): OutboxEntry {
  const [, userId, , increment, , score, , subject = "", , key, , at] = fields;
  return {
    position: parsePosition(id),
    userId: userId as UserId,
    increment: Number(increment) as Score,
    score: Number(score) as Score,
    subject,
    idempotencyKey: key === "" ? undefined : (key as IdempotencyKey),
    occurredAt: Number(at),
  };
}
