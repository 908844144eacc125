import type { Socket } from "node:net";
import type { ClientBase, Pool } from "pg";
import type { DatabaseAddress } from "./database-url.js";

/**
 * Every setting that a connection relies on is set after connecting, because a server, a database or a role may have
 * other defaults: initdb takes `timezone` and `DateStyle` from the machine. Startup parameters can't do that, because
 * PgBouncer refuses most of them.
 */
export interface SessionOptions {
  /** How long one statement may take; 0: for ever. */
  readonly statementTimeoutMs: number;
  /** How long the session may be idle before PostgreSQL ends it; 0: for ever. */
  readonly idleTimeoutMs?: number;
}

/** Settings for the meaning of texts and times. PgBouncer keeps these four per client, even in transaction mode. */
const meaning = `
  SET client_encoding TO 'UTF8';
  SET standard_conforming_strings TO on;
  SET TimeZone TO 'UTC';
  SET DateStyle TO 'ISO, YMD';`;

/** Settings for what statements may do, and for how long. */
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
 * Prepares a new connection, in one round trip. Behind a pooler in transaction mode only the settings that the pooler
 * keeps per client may be set: any other setting would apply to the next client of that session. There the client
 * itself has to enforce timeouts.
 */
export async function prepareSession(
  client: ClientBase,
  address: DatabaseAddress,
  options: SessionOptions,
): Promise<void> {
  await client.query(address.pooled ? meaning : meaning + behaviour(options));
}

/** The only place that decides which schema holds our tables. Every statement names that schema. */
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

/** Ends a connection at once: what waits for an answer on it fails. */
export function cutOff(client: ClientBase): void {
  // The connection and its socket are documented, but not part of pg's types.
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
}
