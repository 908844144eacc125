import type { ClientBase, Pool } from "pg";
import type { DatabaseAddress } from "./database-url.js";

/**
 * What a connection relies on is set after connecting, as a server, a database or a role may have other defaults: initdb
 * takes `timezone` and `DateStyle` from the machine. Startup parameters can't do that: PgBouncer refuses most of them.
 */
export interface SessionOptions {
  /** How long one statement may take; 0: for ever. */
  readonly statementTimeoutMs: number;
  /** How long the session may be silent until PostgreSQL ends it; 0: for ever. */
  readonly idleTimeoutMs?: number;
}

/** What texts and times mean. PgBouncer keeps these four for each of its clients, also in transaction mode. */
const meaning = `
  SET client_encoding TO 'UTF8';
  SET standard_conforming_strings TO on;
  SET TimeZone TO 'UTC';
  SET DateStyle TO 'ISO, YMD';`;

/** What statements may do, and for how long. */
function behaviour({ statementTimeoutMs, idleTimeoutMs = 0 }: SessionOptions): string {
  return `
  SET statement_timeout TO ${statementTimeoutMs};
  SET lock_timeout TO 0;
  SET idle_session_timeout TO ${idleTimeoutMs};
  SET default_transaction_read_only TO off;
  SET default_transaction_isolation TO 'read committed';
  SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';
  SELECT set_config(name, 'on', false) FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off';`;
}

/**
 * Prepares a new connection, in one round trip. Behind a pooler in transaction mode only what the pooler keeps for us may
 * be set: anything else would be found by whoever gets that session next. There a timeout is the client's own business.
 */
export async function prepareSession(
  client: ClientBase,
  address: DatabaseAddress,
  options: SessionOptions,
): Promise<void> {
  await client.query(address.pooled ? meaning : meaning + behaviour(options));
}

/** The one place where it is decided in which schema our tables are. Every statement names it. */
export async function decideSchema(database: ClientBase | Pool, { schema }: DatabaseAddress): Promise<string> {
  if (schema !== undefined) return schema;
  const { rows } = await database.query<{ schema: string | null }>("SELECT current_schema() AS schema");
  const found = rows[0]?.schema;
  if (found == null) {
    throw new Error("no schema of the role's search_path exists; name one in DATABASE_URL: ?schema=…");
  }
  return found;
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
