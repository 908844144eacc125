import { keys } from "../redis/keys.js";
import type { RedisClient } from "../redis/client.js";
import { formatPosition, parsePosition, type Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import { entriesOf, type OutboxEntry } from "./outbox-entry.js";

/** The most entries in one read, and the most changes: Redis does nothing else meanwhile. */
const [maxEntries, maxChanges] = [2_000, 20_000];

type StreamEntry = [id: string, fields: string[]];

/**
 * The changes that Redis accepted and PostgreSQL may not have yet. Only increment.lua writes it, a batch an entry; only
 * the sync trims it.
 */
export class Outbox {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /**
   * The changes after a position, in order: `count` of them or somewhat more, since batches are not divided. Fewer only
   * at the end. O(count).
   */
  async read(board: Board, after: Position, count: number): Promise<OutboxEntry[]> {
    return this.#readStream(keys.outbox(board), after, count);
  }

  /** As `read`, of the outbox that a rebuild has set aside. */
  async readAbandoned(board: Board, after: Position, count: number): Promise<OutboxEntry[]> {
    return this.#readStream(keys.abandoned(board), after, count);
  }

  /**
   * Drops the changes up to and including a position, save those that share an entry with later ones. Call it only after
   * PostgreSQL has committed them.
   */
  async trim(board: Board, upTo: Position): Promise<void> {
    const firstKept = `${upTo.epoch}-${upTo.revision + 1}`;
    await this.#client.xtrim(keys.outbox(board), "MINID", firstKept);
  }

  /** How many changes wait, and when the oldest of them was made. O(1). */
  async backlog(board: Board): Promise<{ length: number; oldestAt: number | undefined }> {
    const key = keys.outbox(board);
    const [[first], [last]] = await Promise.all([
      this.#client.xrange(key, "-", "+", "COUNT", 1),
      this.#client.xrevrange(key, "+", "-", "COUNT", 1),
    ]);
    const oldest = first && entriesOf(...first)[0];
    const newest = last && entriesOf(...last).at(-1);
    if (!oldest || !newest) return { length: 0, oldestAt: undefined };
    return { length: newest.position.revision - oldest.position.revision + 1, oldestAt: oldest.occurredAt };
  }

  async #readStream(key: string, after: Position, count: number): Promise<OutboxEntry[]> {
    const changes: OutboxEntry[] = [];
    let start = after;
    while (changes.length < count) {
      const entries = await this.#readEntries(key, start, Math.min(maxChanges, count - changes.length));
      for (const [id, fields] of entries) {
        // PostgreSQL may have the first changes of a batch: those before one that it refused.
        for (const entry of entriesOf(id, fields)) if (isAfter(entry.position, after)) changes.push(entry);
      }
      const last = entries.at(-1);
      if (!last) break;
      start = parsePosition(last[0]);
    }
    return changes;
  }

  /**
   * The entries after a position: as many as hold up to `count` changes, or the next one. An entry's id tells the revision
   * of its last change, so a small read can't turn into a large one where many entries with one change are followed by
   * full batches.
   */
  async #readEntries(key: string, after: Position, count: number): Promise<StreamEntry[]> {
    const start = `(${formatPosition(after)}`;
    const end = `${after.epoch}-${after.revision + count}`;
    const entries = await this.#client.xrange(key, start, end, "COUNT", maxEntries);
    // The next entry holds more changes, or is of a later epoch, or changes are missing.
    return entries.length > 0 ? entries : this.#client.xrange(key, start, "+", "COUNT", 1);
  }
}

function isAfter(position: Position, other: Position): boolean {
  return position.epoch === other.epoch ? position.revision > other.revision : position.epoch > other.epoch;
}
