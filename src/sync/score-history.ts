import type { History, ScoreEvent } from "../leaderboard/history.js";
import type { OutboxEntry } from "../leaderboard/outbox.js";
import type { Position } from "../leaderboard/position.js";
import type { Board, IdempotencyKey, Revision, Score, UserId } from "../leaderboard/types.js";
import { RefusedByPostgres, type Database } from "./database.js";
import { monthOf, parseMonth, type Month } from "./partitions.js";
import type { PrismaClient } from "./prisma/client.js";

/** The year 9999: what both JavaScript and the names of the partitions can write. */
const maxTime = Date.UTC(9999, 0);

/** Every accepted change, in monthly partitions. */
export class ScoreHistory implements History {
  readonly #prisma: PrismaClient;
  /** Partitions that are known to exist. */
  readonly #months = new Set<string>();

  constructor({ prisma }: Database) {
    this.#prisma = prisma;
  }

  async readEvents(board: Board, userId: UserId, before: Revision | undefined, count: number): Promise<ScoreEvent[]> {
    const rows = await this.#prisma.scoreEvent.findMany({
      where: { board, userId, ...(before !== undefined && { revision: { lt: before } }) },
      orderBy: { revision: "desc" },
      take: count,
    });
    return rows.map(({ revision, increment, score, occurredAt }) => ({
      revision: Number(revision) as Revision,
      increment: Number(increment) as Score,
      score: Number(score) as Score,
      occurredAt,
    }));
  }

  async readScoreAt(board: Board, userId: UserId, at: Date): Promise<Score | undefined> {
    const last = await this.#prisma.scoreEvent.findFirst({
      where: { board, userId, occurredAt: { lte: at } },
      orderBy: { revision: "desc" },
    });
    if (last) return Number(last.score) as Score;
    // Events may have been dropped with their month: the first one left tells what was before it.
    const next = await this.#prisma.scoreEvent.findFirst({ where: { board, userId }, orderBy: { revision: "asc" } });
    const before = next ? Number(next.score - next.increment) : 0;
    return before === 0 ? undefined : (before as Score);
  }

  /** Events that carry an idempotency key, since a time, in order, page by page. */
  async readKeyedEvents(board: Board, since: Date, after: Position, count: number): Promise<OutboxEntry[]> {
    const rows = await this.#prisma.scoreEvent.findMany({
      where: {
        board,
        idempotencyKey: { not: null },
        occurredAt: { gte: since },
        OR: [{ epoch: { gt: after.epoch } }, { epoch: after.epoch, revision: { gt: after.revision } }],
      },
      orderBy: [{ epoch: "asc" }, { revision: "asc" }],
      take: count,
    });
    return rows.map((row) => ({
      position: { epoch: Number(row.epoch), revision: Number(row.revision) as Revision },
      userId: row.userId as UserId,
      increment: Number(row.increment) as Score,
      score: Number(row.score) as Score,
      subject: row.subject,
      idempotencyKey: (row.idempotencyKey ?? undefined) as IdempotencyKey | undefined,
      occurredAt: row.occurredAt.getTime(),
    }));
  }

  /**
   * Drops the months of history that ended before a time.
   *
   * @returns the names of the tables that are gone
   */
  async dropMonthsBefore(time: Date): Promise<string[]> {
    const tables = await this.#prisma.$queryRaw<{ name: string }[]>`
      SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'score_events'::regclass ORDER BY c.relname`;
    const old = tables.flatMap(({ name }) => parseMonth(name) ?? []).filter(({ to }) => to <= time);
    for (const { table } of old) {
      await this.#prisma.$executeRawUnsafe(`DROP TABLE IF EXISTS "${table}"`);
      this.#months.delete(table);
    }
    return old.map(({ table }) => table);
  }

  /** Makes the partitions that these entries will lie in. */
  async ensureMonths(entries: readonly OutboxEntry[]): Promise<void> {
    const months = new Map<string, Month>();
    for (const { occurredAt } of entries) {
      if (!(Math.abs(occurredAt) <= maxTime)) throw new RefusedByPostgres("an entry's time is no time");
      const month = monthOf(occurredAt);
      if (!this.#months.has(month.table)) months.set(month.table, month);
    }
    for (const { table, from, to } of months.values()) {
      const range = `FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`;
      await this.#prisma.$executeRawUnsafe(
        `CREATE TABLE IF NOT EXISTS "${table}" PARTITION OF score_events FOR VALUES ${range}`,
      );
      this.#months.add(table);
    }
  }

  forgetMonths(): void {
    this.#months.clear();
  }
}
