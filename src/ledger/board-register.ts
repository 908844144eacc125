import type { Act } from "../domain/audit.js";
import { configuredBoard, type Board, type BoardDefinition } from "../domain/board.js";
import { badInput, StandingsError } from "../domain/errors.js";
import type { EndedSeason, RunningSeason, SeasonNumber } from "../domain/season.js";
import { recordAct } from "./audit-log.js";
import { definitionColumns, toAudited, toDefinition } from "./board-rows.js";
import { insertBoard, openBoard, sameTimes, timeColumns, type BoardChange, type NewBoard } from "./board-writes.js";
import type { Database } from "./database.js";
import { obstacleOf } from "./postgres-errors.js";
import { VersionLock, type Change } from "./version-lock.js";

/**
 * The boards, as PostgreSQL has them. An act of an admin and its row of the audit log are one transaction.
 *
 * @throws Obstacle from all methods when PostgreSQL does not answer, or lacks the newest migration
 */
export class BoardRegister {
  readonly #database: Database;
  readonly #lock: VersionLock;

  constructor(database: Database) {
    this.#database = database;
    this.#lock = new VersionLock(database);
  }

  /** Undefined when there is no such board. */
  read(id: Board): Promise<BoardDefinition | undefined> {
    return this.#answering(async ({ board }) => {
      const row = await board.findUnique({ where: { id }, select: definitionColumns });
      return row ? toDefinition(row) : undefined;
    });
  }

  /** At most `count` boards by id; with `after`, only those of higher ids. O(log n + count). */
  page(after: string | undefined, count: number): Promise<BoardDefinition[]> {
    return this.#answering(async ({ board }) => {
      const where = after === undefined ? {} : { id: { gt: after } };
      const rows = await board.findMany({ where, select: definitionColumns, orderBy: { id: "asc" }, take: count });
      return rows.map(toDefinition);
    });
  }

  /** At most `limit` boards that changed after a version, in the order of their versions. O(log n + limit). */
  changedSince(version: number, limit: number): Promise<BoardDefinition[]> {
    return this.#answering(async ({ board }) => {
      const where = { version: { gt: BigInt(version) } };
      const rows = await board.findMany({ where, select: definitionColumns, orderBy: { version: "asc" }, take: limit });
      return rows.map(toDefinition);
    });
  }

  /** The newest version of any board; 0 without boards. */
  newestVersion(): Promise<number> {
    return this.#answering(async ({ board }) => {
      const { _max } = await board.aggregate({ _max: { version: true } });
      return Number(_max.version ?? 0);
    });
  }

  /** The season that runs, as far as PostgreSQL knows; undefined when there is no such board. */
  runningSeason(board: Board): Promise<RunningSeason | undefined> {
    return this.#answering(async ({ season }) => {
      const row = await season.findFirst({ where: { board, endedAt: null }, orderBy: { number: "desc" } });
      return row ? { number: row.number as SeasonNumber, startedAt: row.startedAt.getTime() } : undefined;
    });
  }

  /** At most `count` seasons that ended, newest first; with `before`, only those of lower numbers. */
  seasons(board: Board, before: SeasonNumber | undefined, count: number): Promise<EndedSeason[]> {
    return this.#answering(async ({ season }) => {
      const where = { board, endedAt: { not: null }, ...(before !== undefined && { number: { lt: before } }) };
      const rows = await season.findMany({ where, orderBy: { number: "desc" }, take: count });
      return rows.flatMap(({ number, startedAt, endedAt, playerCount }) => {
        if (!endedAt) return [];
        const players = playerCount === null ? undefined : Number(playerCount);
        const times = { startedAt: startedAt.getTime(), endedAt: endedAt.getTime() };
        return [{ number: number as SeasonNumber, ...times, playerCount: players }];
      });
    });
  }

  endedSeasonCount(board: Board): Promise<number> {
    return this.#answering(({ season }) => season.count({ where: { board, endedAt: { not: null } } }));
  }

  /** Makes the boards of the configuration that are missing, each with its first season. */
  async ensure(ids: readonly Board[]): Promise<void> {
    const present = await this.#answering(({ board }) =>
      board.findMany({ where: { id: { in: [...ids] } }, select: { id: true } }),
    );
    if (ids.every((id) => present.some((row) => row.id === id))) return;
    await this.#changing(async (transaction, nextVersion) => {
      for (const id of ids) {
        const held = await transaction.board.count({ where: { id } });
        if (held === 0) await insertBoard(transaction, { ...configuredBoard(id) }, await nextVersion());
      }
    });
  }

  /** @throws StandingsError `badInput` when the id is taken */
  create(board: NewBoard, act: Act): Promise<BoardDefinition> {
    return this.#changing(async (transaction, nextVersion) => {
      const held = await transaction.board.count({ where: { id: board.id } });
      if (held > 0) throw badInput("id is taken: there is such a board already.");
      const created = await insertBoard(transaction, board, await nextVersion());
      await recordAct(transaction, { ...act, action: "create_board", board: board.id, after: toAudited(created) });
      return created;
    });
  }

  /** @throws StandingsError `badInput` when there is no such board; `boardArchived` */
  update(id: Board, { schedule, ...change }: BoardChange, act: Act): Promise<BoardDefinition> {
    return this.#changing(async (transaction, nextVersion) => {
      const before = await openBoard(transaction, id, "id");
      const data = {
        ...{ title: change.title ?? before.title, writers: change.writers ?? before.writers },
        ...{ unit: change.unit ?? before.unit, version: await nextVersion() },
        ...(schedule !== undefined && !sameTimes(schedule, before.schedule) && timeColumns(schedule)),
      };
      const after = toDefinition(await transaction.board.update({ where: { id }, data, select: definitionColumns }));
      const audited = { before: toAudited(before), after: toAudited(after) };
      await recordAct(transaction, { ...act, action: "update_board", board: id, ...audited });
      return after;
    });
  }

  /** @throws StandingsError `badInput` when there is no such board; `boardArchived`, also when it was already */
  archive(id: Board, act: Act): Promise<BoardDefinition> {
    return this.#changing(async (transaction, nextVersion) => {
      const before = await openBoard(transaction, id, "board");
      const data = { archivedAt: new Date(), version: await nextVersion() };
      const after = toDefinition(await transaction.board.update({ where: { id }, data, select: definitionColumns }));
      const audited = { before: toAudited(before), after: toAudited(after) };
      await recordAct(transaction, { ...act, action: "archive_board", board: id, ...audited });
      return after;
    });
  }

  /**
   * Orders the end of a season, which the leader carries out. Does nothing when that end is ordered already.
   *
   * @param season the one that runs
   * @throws StandingsError `badInput` when there is no such board; `boardArchived`
   */
  orderSeasonEnd(id: Board, season: SeasonNumber, act: Act): Promise<void> {
    return this.#changing(async (transaction) => {
      await openBoard(transaction, id, "board");
      const where = { id, OR: [{ endingSeason: null }, { endingSeason: { lt: season } }] };
      const { count } = await transaction.board.updateMany({ where, data: { endingSeason: season } });
      if (count === 0) return;
      const audited = { before: { season }, after: { season: season + 1 } };
      await recordAct(transaction, { ...act, action: "end_season", board: id, ...audited });
    });
  }

  #changing<T>(work: Change<T>): Promise<T> {
    return this.#answering(() => this.#lock.change(work));
  }

  async #answering<T>(work: (client: Database["prisma"]) => Promise<T>): Promise<T> {
    const client = await this.#database.connect();
    try {
      return await work(client);
    } catch (error) {
      throw error instanceof StandingsError ? error : obstacleOf(error);
    }
  }
}
