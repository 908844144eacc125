import type { ChangeEntry, SeasonEnd } from "../standings/outbox-entry.js";
import type { Position } from "../domain/position.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import type { UserId } from "../domain/player.js";
import type { ReachedRow, Revision, Score } from "../domain/score.js";
import type { RunningSeason, SeasonNumber } from "../domain/season.js";
import { numberArray, textArray } from "./arrays.js";
import { changeColumns, totalColumns } from "./change-columns.js";
import type { Database } from "./database.js";
import { isDuplicate, refusalOf } from "./postgres-errors.js";
import type { ScoreHistory } from "./score-history.js";
import type { Parameters } from "./statement.js";
import { statements, type CursorRow, type ScoreColumns } from "./statements.js";

/** One leader's right to write a board, and the position up to which PostgreSQL has the board. */
export interface Lease {
  readonly position: Position;
  /** The season that runs at the position. */
  readonly season: SeasonNumber;
  readonly fence: number;
}

/** Some players' totals in one season, and the cursor up to which they are right. */
export interface TotalsInPostgres extends Lease {
  readonly totals: ReadonlyMap<UserId, ReachedRow>;
}

/** One season of a board, with the rules by which its totals are read. */
export type BoardSeason = BoardDefinition & { readonly season: SeasonNumber };

/**
 * The standings in PostgreSQL, and the cursor. Every write names the writer's fence, and changes nothing when another
 * leader has taken a newer one. Every write is one statement, so it happens completely or not at all, and is safe to
 * send again.
 */
export class ScoreLedger {
  readonly #database: Database;
  readonly #history: ScoreHistory;

  constructor(database: Database, history: ScoreHistory) {
    this.#database = database;
    this.#history = history;
  }

  /**
   * Takes the right to write a board from its previous holder. A board that PostgreSQL does not know starts in epoch 0.
   *
   * @param atLeast the lowest fence to take: Redis may know of more leaders than a PostgreSQL that was restored from a
   * backup
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
      select: { epoch: true, revision: true, fence: true, season: true },
    });
    return row ? toLease(row) : undefined;
  }

  /**
   * Commits changes: moves the cursor, keeps the events, and writes each player's newest total, never a lower revision
   * over a higher one.
   *
   * @param entries in order, the first one right after the lease's position
   * @returns the lease at its new position; undefined when the cursor's position or fence differs from the lease
   * @throws RefusedByPostgres when PostgreSQL refuses an entry's data; nothing was written
   */
  async commit(board: Board, lease: Lease, entries: readonly ChangeEntry[]): Promise<Lease | undefined> {
    const last = entries.at(-1);
    if (!last) return lease;
    try {
      await this.#history.ensureMonths(entries);
      return await this.#commit(board, lease, entries, last.position);
    } catch (error) {
      this.#history.forgetMonths(); // The cause may be a partition that no longer exists.
      throw refusalOf(error) ?? error;
    }
  }

  async #commit(board: Board, lease: Lease, entries: readonly ChangeEntry[], to: Position): Promise<Lease | undefined> {
    const parameters = {
      ...cursorMove(board, lease, to),
      ...changeColumns(entries, lease.season),
      ...totalColumns(entries),
    };
    const [row] = await this.#database.query(statements.commitChanges, parameters).catch((error: unknown) => {
      if (!isDuplicate(error)) throw error;
      // A recovery was interrupted after it kept these events and before it moved the cursor.
      return this.#database.query(statements.commitKnownChanges, parameters);
    });
    return row && toLease(row);
  }

  /**
   * Keeps events in the history without moving the cursor. Events that the history has already stay as they are.
   *
   * @returns false when the right to write is no longer ours
   * @throws RefusedByPostgres when PostgreSQL refuses an entry's data; nothing was written
   */
  async recordEvents(board: Board, lease: Lease, entries: readonly ChangeEntry[]): Promise<boolean> {
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
   * @returns undefined when the cursor's position or fence differs from the lease
   */
  async reject(board: Board, lease: Lease, entry: ChangeEntry, reason: string): Promise<Lease | undefined> {
    const [row] = await this.#database.query(statements.rejectEntry, {
      ...cursorMove(board, lease, entry.position),
      // JSON escapes the characters that PostgreSQL can't store as text.
      ...{ entry: JSON.stringify(entry), reason: JSON.stringify(reason) },
    });
    return row && toLease(row);
  }

  /**
   * Moves the cursor without changes, for a new epoch.
   *
   * @returns undefined when the cursor's position, season or fence differs from the lease
   */
  async moveCursor(board: Board, lease: Lease, to: Position): Promise<Lease | undefined> {
    const { fence, position, season } = lease;
    const prisma = await this.#database.connect();
    const { count } = await prisma.syncCursor.updateMany({
      where: { board, fence, epoch: position.epoch, revision: position.revision, season },
      data: { epoch: to.epoch, revision: to.revision, updatedAt: new Date() },
    });
    return count === 0 ? undefined : { ...lease, position: to };
  }

  /**
   * Ends the season that runs at the lease's position and begins the next, in one statement. The totals of the old one
   * stay until its standings are written.
   *
   * @returns the lease in the next season; undefined when the cursor's position, season or fence differs from the lease
   */
  async endSeason(board: Board, lease: Lease, { position, occurredAt }: SeasonEnd): Promise<Lease | undefined> {
    const to = { ...cursorMove(board, lease, position), to_season: lease.season + 1 };
    const [row] = await this.#database.query(statements.endSeason, { ...to, at: occurredAt });
    return row && toLease(row);
  }

  /** The season that runs at the cursor. */
  async readRunningSeason(board: Board): Promise<RunningSeason> {
    const [row] = await this.#database.query(statements.readRunningSeason, { board });
    if (!row) throw new Error(`PostgreSQL does not know ${board}`);
    return { number: row.season as SeasonNumber, startedAt: Number(row.started_at) };
  }

  /** A page of a season's totals in the order of user ids, after a user id. */
  async readScores({ id: board, season, ties }: BoardSeason, after: string, count: number): Promise<ReachedRow[]> {
    const withRevisions = ties === "FIRST_TO_REACH" ? 1 : 0;
    const about = { board, season, after, count, with_revisions: withRevisions };
    return toScores(await this.#database.query(statements.readScores, about));
  }

  /**
   * The totals of those of these players that have one, with the revisions at which they were reached, and the cursor at
   * the same moment. A season that ended in PostgreSQL may have lost its totals.
   *
   * @returns undefined when PostgreSQL does not know the board
   */
  async readAtOnce(
    { id: board, season }: BoardSeason,
    userIds: readonly UserId[],
  ): Promise<TotalsInPostgres | undefined> {
    const about = { board, season, user_ids: textArray(userIds) };
    const rows = await this.#database.query(statements.readTotals, about);
    const [row] = rows;
    return row && { ...toLease(row), totals: new Map(toScores(rows).map((each) => [each.userId, each])) };
  }

  /** How many players a season has, and the sum of their totals (which may exceed 2^53). */
  async summary({ id: board, season }: BoardSeason): Promise<{ count: number; sum: bigint }> {
    const [row] = await this.#database.query(statements.readSummary, { board, season });
    return { count: Number(row?.count ?? 0), sum: BigInt(row?.sum ?? 0) };
  }

  /**
   * Overwrites a season's totals with Redis' totals, whatever their revision.
   *
   * @param revision of totals of which it is not known when they were reached
   * @returns false when the right to write is no longer ours
   */
  async overwriteScores(
    { id: board, season }: BoardSeason,
    { fence }: Lease,
    rows: readonly ReachedRow[],
    revision: Revision,
  ): Promise<boolean> {
    const [held] = await this.#database.query(statements.overwriteScores, {
      ...{ board, season, fence },
      user_ids: textArray(rows.map(({ userId }) => userId)),
      scores: numberArray(rows.map(({ score }) => score)),
      revisions: numberArray(rows.map(({ reachedAt }) => reachedAt ?? revision)),
    });
    return held !== undefined;
  }

  /**
   * Corrects totals that differ from their player's newest event. A total that is newer than every event (after a
   * restored backup) stays as it is.
   *
   * @returns how many totals were wrong or missing
   */
  async correctTotals(board: Board, lease: Lease): Promise<number> {
    return this.#database.execute(statements.correctTotals, { board, fence: lease.fence, season: lease.season });
  }

  /** Removes the totals of players from a season. */
  async dropScoresOf({ id: board, season }: BoardSeason, { fence }: Lease, userIds: readonly UserId[]): Promise<void> {
    await this.#database.execute(statements.dropScoresOf, { board, season, fence, user_ids: textArray(userIds) });
  }
}

/** The parameters of sql/include/move-cursor.sql. */
function cursorMove(board: Board, { fence, position, season }: Lease, to: Position): Parameters {
  return { board, fence, ...position, season, to_epoch: to.epoch, to_revision: to.revision, to_season: season };
}

/** Statements give BIGINTs as texts, Prisma's typed calls as bigint. */
function toLease({ epoch, revision, fence, season }: Record<keyof CursorRow, string | bigint | number>): Lease {
  return {
    position: { epoch: Number(epoch), revision: Number(revision) as Revision },
    fence: Number(fence),
    season: Number(season) as SeasonNumber,
  };
}

function toScores([page]: readonly ScoreColumns[]): ReachedRow[] {
  const { user_ids: userIds, scores, revisions } = page ?? {};
  return (userIds ?? []).map((userId, index) => ({
    userId: userId as UserId,
    score: scores?.[index] as Score,
    reachedAt: revisions?.[index] as Revision | undefined,
  }));
}
