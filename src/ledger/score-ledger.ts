import type { OutboxEntry } from "../standings/outbox.js";
import type { Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import type { UserId } from "../domain/player.js";
import type { Revision, Score, ScoreRow } from "../domain/score.js";
import { changeColumns } from "./change-columns.js";
import type { Database } from "./database.js";
import { refusalOf } from "./postgres-errors.js";
import type { ScoreHistory } from "./score-history.js";
import type { Parameters } from "./statement.js";
import { statements, type CursorRow, type ScoreColumns } from "./statements.js";

/** How far PostgreSQL is with a board, under the right to write that one leader has. */
export interface Lease {
  readonly position: Position;
  readonly fence: number;
}

/**
 * The standings in PostgreSQL, and how far they are. Every write names the fence that the writer holds and changes
 * nothing when another leader has taken a newer one. Each is one statement, so it happens whole or not at all, and is
 * safe to send again.
 */
export class ScoreLedger {
  readonly #database: Database;
  readonly #history: ScoreHistory;

  constructor(database: Database, history: ScoreHistory) {
    this.#database = database;
    this.#history = history;
  }

  /**
   * Takes the right to write a board from whoever had it. A board that PostgreSQL does not know starts in epoch 0.
   *
   * @param atLeast the fence is no lower: Redis may know of more leaders than a PostgreSQL that was restored from a backup
   */
  async takeLease(board: Board, atLeast: number): Promise<Lease> {
    const [row] = await this.#database.query(statements.takeLease, { board, at_least: atLeast });
    if (!row) throw new Error(`PostgreSQL gave no cursor for ${board}`);
    return toLease(row);
  }

  async readCursor(board: Board): Promise<Lease | undefined> {
    const prisma = await this.#database.connect();
    const row = await prisma.syncCursor.findUnique({
      where: { board },
      select: { epoch: true, revision: true, fence: true },
    });
    return row ? toLease(row) : undefined;
  }

  /**
   * Commits changes: the cursor moves, the events are kept, and each player's newest total is written, never a lower
   * revision over a higher.
   *
   * @param entries in order, the first one right after the lease's position
   * @returns the lease at its new position; undefined when the cursor is not where the lease says, or not ours
   * @throws RefusedByPostgres when an entry is not what it should be; nothing was written
   */
  async commit(board: Board, lease: Lease, entries: readonly OutboxEntry[]): Promise<Lease | undefined> {
    const last = entries.at(-1);
    if (!last) return lease;
    try {
      await this.#history.ensureMonths(entries);
      return await this.#commit(board, lease, entries, last.position);
    } catch (error) {
      this.#history.forgetMonths(); // One of them may be what was missing.
      throw refusalOf(error) ?? error;
    }
  }

  async #commit(board: Board, lease: Lease, entries: readonly OutboxEntry[], to: Position): Promise<Lease | undefined> {
    const [row] = await this.#database.query(statements.commitChanges, {
      ...cursorMove(board, lease, to),
      ...changeColumns(entries),
    });
    return row && toLease(row);
  }

  /**
   * Keeps events in the history without moving the cursor; those that it has stay.
   *
   * @returns false when the right to write is not ours any more
   * @throws RefusedByPostgres when an entry is not what it should be; nothing was written
   */
  async recordEvents(board: Board, lease: Lease, entries: readonly OutboxEntry[]): Promise<boolean> {
    try {
      await this.#history.ensureMonths(entries);
      const [held] = await this.#database.query(statements.recordEvents, {
        ...{ board, fence: lease.fence },
        ...changeColumns(entries),
      });
      return held !== undefined;
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  }

  /**
   * Sets an entry aside that PostgreSQL refuses, and moves the cursor past it.
   *
   * @returns undefined when the cursor is not where the lease says, or not ours
   */
  async reject(board: Board, lease: Lease, entry: OutboxEntry, reason: string): Promise<Lease | undefined> {
    const [row] = await this.#database.query(statements.rejectEntry, {
      ...cursorMove(board, lease, entry.position),
      // JSON writes as an escape what PostgreSQL can't store as text.
      ...{ entry: JSON.stringify(entry), reason: JSON.stringify(reason) },
    });
    return row && toLease(row);
  }

  /**
   * Moves the cursor without changes, for a new epoch.
   *
   * @returns undefined when the cursor is not where the lease says, or not ours
   */
  async moveCursor(board: Board, { fence, position }: Lease, to: Position): Promise<Lease | undefined> {
    const prisma = await this.#database.connect();
    const { count } = await prisma.syncCursor.updateMany({
      where: { board, fence, epoch: position.epoch, revision: position.revision },
      data: { epoch: to.epoch, revision: to.revision, updatedAt: new Date() },
    });
    return count === 0 ? undefined : { position: to, fence };
  }

  /** Totals in the order of user ids, page by page. */
  async readScores(board: Board, after: string, count: number): Promise<ScoreRow[]> {
    return toScores(await this.#database.query(statements.readScores, { board, after, count }));
  }

  /** The totals of these players, for those that have one. */
  async readScoresOf(board: Board, userIds: readonly UserId[]): Promise<Map<UserId, Score>> {
    const rows = toScores(await this.#database.query(statements.readScoresOf, { board, user_ids: userIds }));
    return new Map(rows.map(({ userId, score }) => [userId, score]));
  }

  /** How many players a board has, and the sum of their totals (which may be beyond 2^53). */
  async summary(board: Board): Promise<{ count: number; sum: bigint }> {
    const [row] = await this.#database.query(statements.readSummary, { board });
    return { count: Number(row?.count ?? 0), sum: BigInt(row?.sum ?? 0) };
  }

  /**
   * Overwrites totals with what Redis holds, whatever their revision.
   *
   * @returns false when the right to write is not ours any more
   */
  async overwriteScores(board: Board, lease: Lease, rows: readonly ScoreRow[], revision: Revision): Promise<boolean> {
    const [held] = await this.#database.query(statements.overwriteScores, {
      ...{ board, fence: lease.fence, revision },
      ...{ user_ids: rows.map(({ userId }) => userId), scores: rows.map(({ score }) => String(score)) },
    });
    return held !== undefined;
  }

  /**
   * Corrects totals that their newest event contradicts. One that is newer than every event (after a restored backup)
   * stays as it is.
   *
   * @returns how many were wrong or missing
   */
  async correctTotals(board: Board, lease: Lease): Promise<number> {
    return this.#database.execute(statements.correctTotals, { board, fence: lease.fence });
  }

  /** Removes the totals of players that an overwrite at this revision did not name. */
  async dropScoresOtherThan(board: Board, lease: Lease, revision: Revision): Promise<number> {
    return this.#database.execute(statements.dropOtherScores, { board, fence: lease.fence, revision });
  }
}

/** For sql/include/move-cursor.sql. */
function cursorMove(board: Board, { fence, position }: Lease, to: Position): Parameters {
  return { board, fence, ...position, to_epoch: to.epoch, to_revision: to.revision };
}

function toLease({ epoch, revision, fence }: CursorRow): Lease {
  return { position: { epoch: Number(epoch), revision: Number(revision) as Revision }, fence: Number(fence) };
}

function toScores([page]: readonly ScoreColumns[]): ScoreRow[] {
  const { user_ids: userIds, scores } = page ?? {};
  return (userIds ?? []).map((userId, index) => ({
    userId: userId as UserId,
    score: Number(scores?.[index]) as Score,
  }));
}
