import { Obstacle, StandingsError } from "../domain/errors.js";
import type { History, KeptEvent } from "../domain/history.js";
import type { ChangeEntry } from "../standings/outbox-entry.js";
import type { Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import type { IdempotencyKey } from "../domain/change.js";
import type { UserId } from "../domain/player.js";
import type { Revision, Score } from "../domain/score.js";
import type { SeasonNumber } from "../domain/season.js";
import type { Database } from "./database.js";
import { createPartition, dropPartition, monthOf, parseMonth, type Month } from "./partitions.js";
import { RefusedByPostgres, refusalOf, troubleOf } from "./postgres-errors.js";
import { statements } from "./statements.js";

/** The year 9999, the last one that both JavaScript and the partitions' names can write. */
const maxTime = Date.UTC(9999, 0);
/**
 * A server's clock may have gone back, by a correction or a fail-over. Among this many events nearest to a moment,
 * revisions decide the order, not times.
 */
const clockWindow = 100;

/** Every accepted change, in monthly partitions. */
export class ScoreHistory implements History {
  readonly #database: Database;
  /** Partitions that are known to exist. */
  readonly #months = new Set<string>();

  constructor(database: Database) {
    this.#database = database;
  }

  async readEvents(board: Board, userId: UserId, before: Revision | undefined, count: number): Promise<KeptEvent[]> {
    const rows = await answering(() =>
      this.#database.query(statements.readEvents, {
        ...{ board, user_id: userId },
        ...{ before: before ?? Number.MAX_SAFE_INTEGER, count },
      }),
    );
    return rows.map(({ revision, season, increment, score, at }) => ({
      revision: Number(revision) as Revision,
      season: season as SeasonNumber,
      amount: Number(increment) as Score,
      score: Number(score) as Score,
      occurredAt: new Date(Number(at)),
    }));
  }

  async readScoreAt(board: Board, userId: UserId, at: Date): Promise<Score | undefined> {
    const about = { board, user_id: userId, at: at.getTime(), window: clockWindow };
    return answering(async () => {
      const [last] = await this.#database.query(statements.readScoreAt, about);
      if (last) return last.score === null ? undefined : (Number(last.score) as Score);
      // Earlier events may have been dropped with their month. The first remaining event tells the total before it.
      const [first] = await this.#database.query(statements.readFirstScore, about);
      const before = Number(first?.score ?? 0);
      return before === 0 ? undefined : (before as Score);
    });
  }

  /** Events that carry an idempotency key, since a time, in order, page by page. */
  async readKeyedEvents(board: Board, since: Date, after: Position, count: number): Promise<ChangeEntry[]> {
    const rows = await this.#database.query(statements.readKeyedEvents, {
      ...{ board, since: since.getTime(), count },
      ...{ epoch: after.epoch, revision: after.revision },
    });
    return rows.map((row) => ({
      position: { epoch: Number(row.epoch), revision: Number(row.revision) as Revision },
      season: row.season as SeasonNumber,
      userId: row.user_id as UserId,
      amount: Number(row.increment) as Score,
      score: Number(row.score) as Score,
      unchanged: false,
      subject: row.subject,
      idempotencyKey: row.idempotency_key as IdempotencyKey,
      occurredAt: Number(row.at),
    }));
  }

  /**
   * Drops the months of history that ended before a time.
   *
   * @returns the names of the tables that are gone
   */
  async dropMonthsBefore(time: Date): Promise<string[]> {
    const schema = await this.#database.schema();
    const old = (await this.#existingMonths()).filter(({ to }) => to <= time);
    for (const month of old) {
      await this.#database.prisma.$executeRawUnsafe(dropPartition(schema, month));
      this.#months.delete(month.table);
    }
    return old.map(({ table }) => table);
  }

  /** Makes the partitions that these entries will lie in. */
  async ensureMonths(entries: readonly ChangeEntry[]): Promise<void> {
    const months = new Map<string, Month>();
    for (const { occurredAt } of entries) {
      if (!(Math.abs(occurredAt) <= maxTime)) throw new RefusedByPostgres("an entry's time is no time");
      const month = monthOf(occurredAt);
      months.set(month.table, month);
    }
    await this.makeMonths([...months.values()]);
  }

  /** Makes missing partitions. A role without the right to make them is asked to only when one is missing. */
  async makeMonths(months: readonly Month[]): Promise<void> {
    const isMissing = ({ table }: Month) => !this.#months.has(table);
    if (!months.some(isMissing)) return;
    for (const { table } of await this.#existingMonths()) this.#months.add(table);
    const schema = await this.#database.schema();
    for (const month of months.filter(isMissing)) {
      try {
        await this.#database.prisma.$executeRawUnsafe(createPartition(schema, month));
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

  /** The months that have a partition, in order. */
  async #existingMonths(): Promise<Month[]> {
    const parent = `${await this.#database.schema()}.score_events`;
    const tables = await this.#database.query(statements.readPartitions, { parent });
    return tables.flatMap(({ name }) => parseMonth(name) ?? []);
  }
}

/** For reads of a caller: throws the catalogue's errors. Data that PostgreSQL refuses is the caller's mistake. */
async function answering<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new StandingsError(refusalOf(error) ? "badInput" : "unanswered", { cause: error });
  }
}
