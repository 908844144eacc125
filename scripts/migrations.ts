import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import { Client, Pool } from "pg";
import type { DatabaseAddress } from "../src/ledger/database-url.js";
import { createPartition, monthOf } from "../src/ledger/partitions.js";
import { obstacleOf } from "../src/ledger/postgres-errors.js";
import { decideSchema, prepareSession, quoteIdentifier } from "../src/ledger/session.js";

const prismaFolder = fileURLToPath(new URL("../prisma", import.meta.url));
/** Any number, but the same in every version: two migrations of one database must wait for each other. */
const lockId = 7_239_401_186;

/** The part of WebAssembly's interface that is used here; TypeScript declares it for browsers only. */
interface WebAssemblyRuntime {
  instantiate(bytes: Buffer, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
}

/** What the engine's glue code needs but does not declare: it is written for bundlers, which load the module for it. */
interface WasmGlue {
  __wbg_set_wasm(exports: object): void;
}

/** This one and those that follow. */
const monthsAhead = 4;
/** An index on years of history takes as long as it takes. */
const session = { statementTimeoutMs: 0 };

/**
 * Applies Prisma's migrations with Prisma's own schema engine, in its WebAssembly build: the usual one is a binary that
 * `prisma migrate` downloads. Keeps the same `_prisma_migrations` table, so either may be used later.
 *
 * @param address leads to one session, and not to a pooler that gives each statement another
 * @returns the names of the migrations that were applied now
 */
export async function applyMigrations(address: DatabaseAddress): Promise<string[]> {
  const client = new Client({ connectionString: address.url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    await prepareSession(client, address, session);
    // Prisma's engine takes no lock in this build; whoever comes second waits, and finds nothing left to do.
    await client.query("SELECT pg_advisory_lock($1)", [lockId]);
    const schema = await decideSchema(client, address);
    await createSchema(client, schema);
    const applied = await runEngine(address, schema);
    await createMonths(client, schema);
    return applied;
  } catch (error) {
    throw obstacleOf(error);
  } finally {
    await client.end();
  }
}

/** Asks first: `IF NOT EXISTS` wants the right to create schemas even when there is nothing to do. */
async function createSchema(client: Client, schema: string): Promise<void> {
  const { rowCount } = await client.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
}

/** For workers whose role may not make partitions themselves; others make them when they are needed. */
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

async function runEngine(address: DatabaseAddress, schemaName: string): Promise<string[]> {
  await loadEngineOnce();
  const pool = new Pool({
    connectionString: address.url,
    allowExitOnIdle: true,
    // The pool hands a connection out when this is done; its types don't say so.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    onConnect: async (client) => {
      await prepareSession(client, address, session);
      // The migrations name no schema.
      await client.query(`SET search_path TO ${quoteIdentifier(schemaName)}`);
    },
  });
  const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool, { schema: schemaName }));
  const schema = { path: "schema.prisma", content: read("schema.prisma") };
  const schemaEngine = await engine.SchemaEngine.new(
    { datamodels: [[schema.path, schema.content]] },
    () => undefined,
    factory,
  );
  try {
    const { appliedMigrationNames } = await schemaEngine.applyMigrations({
      filters: { externalTables: [], externalEnums: [] },
      migrationsList: {
        baseDir: `${prismaFolder}/migrations`,
        lockfile: { path: "migration_lock.toml", content: read("migrations/migration_lock.toml") },
        shadowDbInitScript: "",
        migrationDirectories: migrationNames().map((path) => ({
          path,
          migrationFile: {
            path: "migration.sql",
            content: { tag: "ok" as const, value: read(`migrations/${path}/migration.sql`) },
          },
        })),
      },
    });
    return appliedMigrationNames;
  } finally {
    schemaEngine.free();
    await pool.end();
  }
}

let engineLoading: Promise<void> | undefined;

/** Once a process: the glue holds one instance, and a second would pull it from under the first. */
function loadEngineOnce(): Promise<void> {
  engineLoading ??= loadEngine();
  return engineLoading;
}

async function loadEngine(): Promise<void> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve("@prisma/schema-engine-wasm");
  const bytes = readFileSync(entry.replace(/[^/\\]+$/, "schema_engine_bg.wasm"));
  const { WebAssembly: runtime } = globalThis as unknown as { WebAssembly: WebAssemblyRuntime };
  const { instance } = await runtime.instantiate(bytes, { "./schema_engine_bg.js": engine });
  (engine as unknown as WasmGlue).__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

function migrationNames(): string[] {
  return readdirSync(`${prismaFolder}/migrations`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function read(path: string): string {
  return readFileSync(`${prismaFolder}/${path}`, "utf8");
}
