import pLimit from "p-limit";
import type { Prisma } from "#prisma-client";
import type { Database } from "./database.js";

/** An arbitrary number, other than those of the leader and of the migrations. */
const lockId = 1_487_680_051;
const limits = { maxWait: 5_000, timeout: 10_000 };

export type Change<T> = (transaction: Prisma.TransactionClient, nextVersion: () => Promise<bigint>) => Promise<T>;

/**
 * Lets changes of boards happen one after the other, also those of other processes. A version is given out under a
 * lock, so versions become visible in their order: whoever has seen one has seen all before it.
 */
export class VersionLock {
  readonly #database: Database;
  /** Changes that waited for the lock in PostgreSQL would hold a connection each. */
  readonly #turn = pLimit(1);

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Runs a change in a transaction of its own.
   *
   * @throws any error of PostgreSQL, and those of `work`, after which nothing is changed
   */
  change<T>(work: Change<T>): Promise<T> {
    return this.#turn(async () => {
      const client = await this.#database.connect();
      const schema = await this.#database.schema();
      return client.$transaction(async (transaction) => {
        const lock = "SELECT pg_advisory_xact_lock($1::int4, $2::text::regclass::oid::int4)";
        await transaction.$executeRawUnsafe(lock, lockId, `${schema}.boards`);
        return work(transaction, () => nextVersion(transaction, schema));
      }, limits);
    });
  }
}

async function nextVersion(transaction: Prisma.TransactionClient, schema: string): Promise<bigint> {
  const sql = "SELECT nextval($1::text::regclass) AS version";
  const [row] = await transaction.$queryRawUnsafe<{ version: bigint }[]>(sql, `${schema}.board_versions`);
  if (!row) throw new Error("PostgreSQL gave no version");
  return row.version;
}
