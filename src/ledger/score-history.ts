import { Obstacle, StandingsError } from "../domain/errors.js";
import type { History, ScoreEvent } from "../domain/history.js";
import type { OutboxEntry } from "../standings/outbox.js";
import type { Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import type { IdempotencyKey } from "../domain/change.js";
import type { UserId } from "../domain/player.js";
import type { Revision, Score } from "../domain/score.js";
import type { Database } from "./database.js";
import { createPartition, monthOf, parseMonth, type Month } from "./partitions.js";
import { RefusedByPostgres, refusalOf, troubleOf } from "./postgres-errors.js";
import type { PrismaClient } from "#prisma-client";

/** The year 9999: what both JavaScript and the names of the partitions can write. */
const maxTime = Date.UTC(9999, 0);
/**
 * A server's clock may have gone back, by a correction or a fail-over. Among so many events on the near side of a moment
 * the revisions decide, not the times.
 */
const clockWindow = 100;

interface EventRow {
  revision: bigint;
  increment: bigint;
  score: bigint;
  /** Milliseconds since the epoch: no time zone and no format of dates can change a number. */
  at: bigint;
}

interface KeyedRow extends EventRow {
  epoch: bigint;
  user_id: string;
  subject: string;
  idempotency_key: string | null;
}

/** Every accepted change, in monthly partitions. */
export class ScoreHistory implements History {
  readonly #database: Database;
  readonly #prisma: PrismaClient;
  /** Partitions that are known to exist. */
  readonly #months = new Set<string>();

  constructor(database: Database) {
    this.#database = database;
    this.#prisma = database.prisma;
  }

  async readEvents(board: Board, userId: UserId, before: Revision | undefined, count: number): Promise<ScoreEvent[]> {
    const rows = await answering(async () => {
      const { scoreEvents } = await this.#database.tables();
      return this.#prisma.$queryRaw<EventRow[]>`
        SELECT revision, increment, score, (extract(epoch FROM occurred_at) * 1000)::bigint AS at
        FROM ${scoreEvents}
        WHERE board = ${board} AND user_id = ${userId} AND revision < ${before ?? Number.MAX_SAFE_INTEGER}
        ORDER BY revision DESC LIMIT ${count}`;
    });
    return rows.map(({ revision, increment, score, at }) => ({
      revision: Number(revision) as Revision,
      increment: Number(increment) as Score,
      score: Number(score) as Score,
      occurredAt: new Date(Number(at)),
    }));
  }

  async readScoreAt(board: Board, userId: UserId, at: Date): Promise<Score | undefined> {
    return answering(async () => {
      const { scoreEvents } = await this.#database.tables();
      const [last] = await this.#prisma.$queryRaw<{ score: bigint }[]>`
        SELECT score FROM (
          SELECT revision, score FROM ${scoreEvents}
          WHERE board = ${board} AND user_id = ${userId}
            AND occurred_at <= to_timestamp(${at.getTime()}::bigint / 1000.0)
          ORDER BY occurred_at DESC, revision DESC LIMIT ${clockWindow}
        ) AS latest
        ORDER BY revision DESC LIMIT 1`;
      if (last) return Number(last.score) as Score;
      // Events may have been dropped with their month: the first one left tells what was before it.
      const [next] = await this.#prisma.$queryRaw<{ before: bigint }[]>`
        SELECT score - increment AS before FROM (
          SELECT revision, score, increment FROM ${scoreEvents}
          WHERE board = ${board} AND user_id = ${userId}
          ORDER BY occurred_at, revision LIMIT ${clockWindow}
        ) AS earliest
        ORDER BY revision LIMIT 1`;
      const before = Number(next?.before ?? 0);
      return before === 0 ? undefined : (before as Score);
    });
  }

  /** Events that carry an idempotency key, since a time, in order, page by page. */
  async readKeyedEvents(board: Board, since: Date, after: Position, count: number): Promise<OutboxEntry[]> {
    const { scoreEvents } = await this.#database.tables();
    const rows = await this.#prisma.$queryRaw<KeyedRow[]>`
      SELECT epoch, revision, user_id, increment, score, subject, idempotency_key,
        (extract(epoch FROM occurred_at) * 1000)::bigint AS at
      FROM ${scoreEvents}
      WHERE board = ${board} AND idempotency_key IS NOT NULL
        AND occurred_at >= to_timestamp(${since.getTime()}::bigint / 1000.0)
        AND (epoch, revision) > (${after.epoch}, ${after.revision})
      ORDER BY epoch, revision LIMIT ${count}`;
    return rows.map((row) => ({
      position: { epoch: Number(row.epoch), revision: Number(row.revision) as Revision },
      userId: row.user_id as UserId,
      increment: Number(row.increment) as Score,
      score: Number(row.score) as Score,
      subject: row.subject,
      idempotencyKey: (row.idempotency_key ?? undefined) as IdempotencyKey | undefined,
      occurredAt: Number(row.at),
    }));
  }

  /**
   * Drops the months of history that ended before a time.
   *
   * @returns the names of the tables that are gone
   */
  async dropMonthsBefore(time: Date): Promise<string[]> {
    const { schema } = await this.#database.tables();
    const old = (await this.#existingMonths()).filter(({ to }) => to <= time);
    for (const { table } of old) {
      await this.#prisma.$executeRawUnsafe(`DROP TABLE IF EXISTS ${schema}."${table}"`);
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
      months.set(month.table, month);
    }
    await this.makeMonths([...months.values()]);
  }

  /** Makes partitions that are missing. A role that may not is asked to only then. */
  async makeMonths(months: readonly Month[]): Promise<void> {
    const isMissing = ({ table }: Month) => !this.#months.has(table);
    if (!months.some(isMissing)) return;
    for (const { table } of await this.#existingMonths()) this.#months.add(table);
    const { schema } = await this.#database.tables();
    for (const month of months.filter(isMissing)) {
      try {
        await this.#prisma.$executeRawUnsafe(createPartition(schema, month));
      } catch (error) {
        if (refusalOf(error)) throw error;
        throw new Obstacle(`the history lacks the partition ${month.table}: ${troubleOf(error) ?? String(error)}`, {
          cause: error,
        });
      }
      this.#months.add(month.table);
    }
  }

  forgetMonths(): void {
    this.#months.clear();
  }

  /** In order. */
  async #existingMonths(): Promise<Month[]> {
    const { scoreEvents } = await this.#database.tables();
    const tables = await this.#prisma.$queryRaw<{ name: string }[]>`
      SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = ${scoreEvents.sql}::regclass ORDER BY c.relname`;
    return tables.flatMap(({ name }) => parseMonth(name) ?? []);
  }
}

/** For reads that somebody asked for: the catalogue's errors. What PostgreSQL calls bad data is the caller's mistake. */
async function answering<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new StandingsError(refusalOf(error) ? "badInput" : "storeFailed", { cause: error });
  }
}
