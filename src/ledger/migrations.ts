import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, Pool } from "pg";
import type { DatabaseAddress } from "./database-url.js";
import { createPartition, monthOf } from "./partitions.js";
import { obstacleOf } from "./postgres-errors.js";
import { runSchemaEngine, type Migration } from "./schema-engine.js";
import { decideSchema, prepareSession, quoteIdentifier } from "./session.js";

/** The same path from `src/` and from `dist/`. */
const folder = fileURLToPath(new URL("../../prisma/migrations", import.meta.url));
/** An arbitrary number, but the same in every version: two migrations of one database must wait for each other. */
const lockId = 7_239_401_186;

/** The current month and the next ones. */
const monthsAhead = 4;
/** No timeout: building an index on years of history takes long. */
const session = { statementTimeoutMs: 0 };

/**
 * Brings the database to the newest schema, with Prisma's migrations.
 *
 * @param address must lead to one session, not to a pooler that may give each statement another one
 * @returns the names of the migrations that were applied now
 */
export async function applyMigrations(address: DatabaseAddress): Promise<string[]> {
  const client = new Client({ connectionString: address.url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    await prepareSession(client, address, session);
    // Prisma's engine takes no lock. The second of two processes waits here, and then finds nothing left to do.
    await client.query("SELECT pg_advisory_lock($1)", [lockId]);
    const schema = await decideSchema(client, address);
    await createSchema(client, schema);
    const applied = await runMigrations(address, schema);
    await createMonths(client, schema);
    return applied;
  } catch (error) {
    throw obstacleOf(error);
  } finally {
    await client.end();
  }
}

/** Looks first, because `IF NOT EXISTS` needs the right to create schemas even when there is nothing to do. */
async function createSchema(client: Client, schema: string): Promise<void> {
  const { rowCount } = await client.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
}

/** Makes partitions for workers whose role may not make them. Other workers make them when needed. */
async function createMonths(client: Client, schema: string): Promise<void> {
  let month = monthOf(Date.now());
  for (let count = 0; count < monthsAhead; count += 1) {
    const { rows } = await client.query<{ exists: boolean }>("SELECT to_regclass($1) IS NOT NULL AS exists", [
      `${quoteIdentifier(schema)}.${month.table}`,
    ]);
    if (!rows[0]?.exists) await client.query(createPartition(quoteIdentifier(schema), month));
    month = monthOf(month.to.getTime());
  }
}

async function runMigrations(address: DatabaseAddress, schema: string): Promise<string[]> {
  const pool = new Pool({
    connectionString: address.url,
    allowExitOnIdle: true,
    // The pool waits for this before it hands a connection out; its types don't say so.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    onConnect: async (client) => {
      await prepareSession(client, address, session);
      // The migrations name no schema.
      await client.query(`SET search_path TO ${quoteIdentifier(schema)}`);
    },
  });
  try {
    return await runSchemaEngine(pool, schema, readMigrations());
  } finally {
    await pool.end();
  }
}

function readMigrations(): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(folder, name, "migration.sql"), "utf8") }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
