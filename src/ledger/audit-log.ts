import type { AuditedAct, AuditRecord } from "../domain/audit.js";
import type { Prisma } from "#prisma-client";
import type { Database } from "./database.js";
import { obstacleOf } from "./postgres-errors.js";

/** Rows of one board, of one player, or of both together. */
export interface AuditFilter {
  readonly board: string | undefined;
  readonly userId: string | undefined;
}

/** Writes an act's row in the transaction of the act: one is not there without the other. */
export async function recordAct(
  { auditRow }: Prisma.TransactionClient,
  { actor, action, board, userId, reason, before, after }: AuditedAct,
): Promise<void> {
  await auditRow.create({
    data: {
      ...{ actor, action, board: board ?? null, userId: userId ?? null, reason: reason ?? null },
      ...{ before: toJson(before), after: toJson(after) },
    },
    select: { id: true },
  });
}

/**
 * What admins did, newest first.
 *
 * @throws Obstacle from all methods when PostgreSQL does not answer, or lacks the newest migration
 */
export class AuditLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** At most `count` rows; with `before`, only those of lower ids. O(log n + count). */
  page(filter: AuditFilter, before: bigint | undefined, count: number): Promise<AuditRecord[]> {
    return this.#answering(({ auditRow }) =>
      auditRow.findMany({
        where: { ...whereOf(filter), ...(before !== undefined && { id: { lt: before } }) },
        orderBy: { id: "desc" },
        take: count,
      }),
    );
  }

  /** O(n) in the rows that the filter lets through. */
  count(filter: AuditFilter): Promise<number> {
    return this.#answering(({ auditRow }) => auditRow.count({ where: whereOf(filter) }));
  }

  async #answering<T>(work: (client: Database["prisma"]) => Promise<T>): Promise<T> {
    const client = await this.#database.connect();
    try {
      return await work(client);
    } catch (error) {
      throw obstacleOf(error);
    }
  }
}

function whereOf({ board, userId }: AuditFilter) {
  return { ...(board !== undefined && { board }), ...(userId !== undefined && { userId }) };
}

function toJson(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
