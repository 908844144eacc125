import type { OutboxEntry } from "../standings/outbox.js";
import type { Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import type { UserId } from "../domain/player.js";
import type { Revision, Score, ScoreRow } from "../domain/score.js";
import { changeRows, insertEvents } from "./change-rows.js";
import type { Database } from "./database.js";
import { refusalOf } from "./postgres-errors.js";
import type { PrismaClient } from "#prisma-client";
import type { ScoreHistory } from "./score-history.js";

/** How far PostgreSQL is with a board, under the right to write that one leader has. */
export interface Lease {
  readonly position: Position;
  readonly fence: number;
}

interface CursorRow {
  epoch: bigint;
  revision: bigint;
  fence: bigint;
}

/**
 * The standings in PostgreSQL, and how far they are. Every write names the fence that the writer holds and changes
 * nothing when another leader has taken a newer one. Each is one statement, so it happens whole or not at all, and is
 * safe to send again.
 */
export class ScoreLedger {
  readonly #database: Database;
  readonly #prisma: PrismaClient;
  readonly #history: ScoreHistory;

  constructor(database: Database, history: ScoreHistory) {
    this.#database = database;
    this.#prisma = database.prisma;
    this.#history = history;
  }

  /**
   * Takes the right to write a board from whoever had it. A board that PostgreSQL does not know starts in epoch 0.
   *
   * @param atLeast the fence is no lower: Redis may know of more leaders than a PostgreSQL that was restored from a backup
   */
  async takeLease(board: Board, atLeast: number): Promise<Lease> {
    const { syncCursor } = await this.#database.tables();
    const [row] = await this.#prisma.$queryRaw<CursorRow[]>`
      INSERT INTO ${syncCursor} AS c (board, epoch, revision, fence) VALUES (${board}, 0, 0, ${atLeast})
      ON CONFLICT (board) DO UPDATE SET fence = greatest(c.fence + 1, ${atLeast}), updated_at = now()
      RETURNING epoch, revision, fence`;
    return toLease(row, board);
  }

  async readCursor(board: Board): Promise<Lease | undefined> {
    const { syncCursor } = await this.#database.tables();
    const [row] = await this.#prisma.$queryRaw<CursorRow[]>`
      SELECT epoch, revision, fence FROM ${syncCursor} WHERE board = ${board}`;
    return row && toLease(row, board);
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
    const { scoreEvents, userScores, syncCursor } = await this.#database.tables();
    const [row] = await this.#prisma.$queryRaw<CursorRow[]>`
      WITH moved AS (
        UPDATE ${syncCursor} SET epoch = ${to.epoch}, revision = ${to.revision}, updated_at = now()
        WHERE board = ${board} AND fence = ${lease.fence}
          AND epoch = ${lease.position.epoch} AND revision = ${lease.position.revision}
        RETURNING epoch, revision, fence
      ), change AS (
        SELECT c.* FROM moved, ${changeRows(entries)}
      ), event AS (
        ${insertEvents(scoreEvents, board)}
      ), total AS (
        INSERT INTO ${userScores} AS u (board, user_id, score, revision)
        SELECT DISTINCT ON (user_id) ${board}, user_id, score, at_revision
        FROM change ORDER BY user_id, at_revision DESC
        ON CONFLICT (board, user_id) DO UPDATE
          SET score = excluded.score, revision = excluded.revision, updated_at = now()
          WHERE u.revision < excluded.revision
      )
      SELECT epoch, revision, fence FROM moved`;
    return row && toLease(row, board);
  }

  /**
   * Keeps events in the history without moving the cursor; those that it has stay.
   *
   * @returns false when the right to write is not ours any more
   * @throws RefusedByPostgres when an entry is not what it should be; nothing was written
   */
  async recordEvents(board: Board, lease: Lease, entries: readonly OutboxEntry[]): Promise<boolean> {
    try {
      const { scoreEvents, syncCursor } = await this.#database.tables();
      await this.#history.ensureMonths(entries);
      const [held] = await this.#prisma.$queryRaw<unknown[]>`
        WITH held AS (
          SELECT 1 FROM ${syncCursor} WHERE board = ${board} AND fence = ${lease.fence} FOR UPDATE
        ), change AS (
          SELECT c.* FROM held, ${changeRows(entries)}
        ), event AS (
          ${insertEvents(scoreEvents, board)}
        )
        SELECT 1 FROM held`;
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
    const { rejectedEvents, syncCursor } = await this.#database.tables();
    const { epoch, revision } = entry.position;
    // JSON writes as an escape what PostgreSQL can't store as text.
    const [text, words] = [JSON.stringify(entry), JSON.stringify(reason)];
    const [row] = await this.#prisma.$queryRaw<CursorRow[]>`
      WITH moved AS (
        UPDATE ${syncCursor} SET epoch = ${epoch}, revision = ${revision}, updated_at = now()
        WHERE board = ${board} AND fence = ${lease.fence}
          AND epoch = ${lease.position.epoch} AND revision = ${lease.position.revision}
        RETURNING epoch, revision, fence
      ), rejected AS (
        INSERT INTO ${rejectedEvents} (board, epoch, revision, entry, reason)
        SELECT ${board}, epoch, revision, ${text}, ${words} FROM moved
        ON CONFLICT DO NOTHING
      )
      SELECT epoch, revision, fence FROM moved`;
    return row && toLease(row, board);
  }

  /**
   * Moves the cursor without changes, for a new epoch.
   *
   * @returns undefined when the cursor is not where the lease says, or not ours
   */
  async moveCursor(board: Board, lease: Lease, to: Position): Promise<Lease | undefined> {
    const { syncCursor } = await this.#database.tables();
    const [row] = await this.#prisma.$queryRaw<CursorRow[]>`
      UPDATE ${syncCursor} SET epoch = ${to.epoch}, revision = ${to.revision}, updated_at = now()
      WHERE board = ${board} AND fence = ${lease.fence}
        AND epoch = ${lease.position.epoch} AND revision = ${lease.position.revision}
      RETURNING epoch, revision, fence`;
    return row && toLease(row, board);
  }

  /** Totals in the order of user ids, page by page. */
  async readScores(board: Board, after: string, count: number): Promise<ScoreRow[]> {
    const { userScores } = await this.#database.tables();
    // As two arrays: Prisma spends several times as long on as many rows.
    const [page] = await this.#prisma.$queryRaw<{ ids: string[] | null; scores: string[] | null }[]>`
      SELECT array_agg(user_id) AS ids, array_agg(score::text) AS scores FROM (
        SELECT user_id, score FROM ${userScores} WHERE board = ${board} AND user_id > ${after}
        ORDER BY user_id LIMIT ${count}
      ) AS page`;
    const { ids, scores } = page ?? {};
    return (ids ?? []).map((userId, index) => ({ userId: userId as UserId, score: Number(scores?.[index]) as Score }));
  }

  /** The totals of these players, for those that have one. */
  async readScoresOf(board: Board, userIds: readonly UserId[]): Promise<Map<UserId, Score>> {
    const { userScores } = await this.#database.tables();
    const rows = await this.#prisma.$queryRaw<{ user_id: string; score: bigint }[]>`
      SELECT user_id, score FROM ${userScores} WHERE board = ${board} AND user_id = ANY(${[...userIds]}::text[])`;
    return new Map(rows.map(toScoreRow).map(({ userId, score }) => [userId, score]));
  }

  /** How many players a board has, and the sum of their totals (which may be beyond 2^53). */
  async summary(board: Board): Promise<{ count: number; sum: bigint }> {
    const { userScores } = await this.#database.tables();
    const [row] = await this.#prisma.$queryRaw<{ count: bigint; sum: string }[]>`
      SELECT count(*) AS count, coalesce(sum(score), 0)::text AS sum FROM ${userScores} WHERE board = ${board}`;
    return { count: Number(row?.count ?? 0), sum: BigInt(row?.sum ?? 0) };
  }

  /**
   * Overwrites totals with what Redis holds, whatever their revision.
   *
   * @returns false when the right to write is not ours any more
   */
  async overwriteScores(board: Board, lease: Lease, rows: readonly ScoreRow[], revision: Revision): Promise<boolean> {
    const { userScores, syncCursor } = await this.#database.tables();
    const [held] = await this.#prisma.$queryRaw<unknown[]>`
      WITH held AS (
        SELECT 1 FROM ${syncCursor} WHERE board = ${board} AND fence = ${lease.fence} FOR UPDATE
      ), total AS (
        INSERT INTO ${userScores} (board, user_id, score, revision)
        SELECT ${board}, r.user_id, r.score, ${revision}
        FROM held, unnest(
          ${rows.map((row) => row.userId)}::text[],
          ${rows.map((row) => String(row.score))}::text[]::bigint[]
        ) AS r(user_id, score)
        ON CONFLICT (board, user_id) DO UPDATE
          SET score = excluded.score, revision = excluded.revision, updated_at = now()
      )
      SELECT 1 FROM held`;
    return held !== undefined;
  }

  /**
   * Corrects totals that their newest event contradicts. One that is newer than every event (after a restored backup)
   * stays as it is.
   *
   * @returns how many were wrong or missing
   */
  async correctTotals(board: Board, lease: Lease): Promise<number> {
    const { scoreEvents, userScores, syncCursor } = await this.#database.tables();
    return this.#prisma.$executeRaw`
      WITH newest AS (
        SELECT DISTINCT ON (user_id) user_id, score, revision FROM ${scoreEvents}
        WHERE board = ${board} AND EXISTS (SELECT 1 FROM ${syncCursor} WHERE board = ${board} AND fence = ${lease.fence})
        ORDER BY user_id, revision DESC
      )
      INSERT INTO ${userScores} AS u (board, user_id, score, revision)
      SELECT ${board}, user_id, score, revision FROM newest
      ON CONFLICT (board, user_id) DO UPDATE
        SET score = excluded.score, revision = excluded.revision, updated_at = now()
        WHERE u.revision <= excluded.revision AND u.score <> excluded.score`;
  }

  /** Removes the totals of players that an overwrite at this revision did not name. */
  async dropScoresOtherThan(board: Board, lease: Lease, revision: Revision): Promise<number> {
    const { userScores, syncCursor } = await this.#database.tables();
    return this.#prisma.$executeRaw`
      DELETE FROM ${userScores} WHERE board = ${board} AND revision <> ${revision}
        AND EXISTS (SELECT 1 FROM ${syncCursor} WHERE board = ${board} AND fence = ${lease.fence})`;
  }
}

function toLease(row: CursorRow | undefined, board: Board): Lease {
  if (!row) throw new Error(`PostgreSQL gave no cursor for ${board}`);
  const position = { epoch: Number(row.epoch), revision: Number(row.revision) as Revision };
  return { position, fence: Number(row.fence) };
}

function toScoreRow({ user_id, score }: { user_id: string; score: bigint }): ScoreRow {
  return { userId: user_id as UserId, score: Number(score) as Score };
}
