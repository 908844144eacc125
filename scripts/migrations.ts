import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import { Client } from "pg";

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

/**
 * Applies Prisma's migrations with Prisma's own schema engine, in its WebAssembly build: the usual one is a binary that
 * `prisma migrate` downloads. Keeps the same `_prisma_migrations` table, so either may be used later.
 *
 * @returns the names of the migrations that were applied now
 */
export async function applyMigrations(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    // Prisma's engine takes no lock in this build; whoever comes second waits, and finds nothing left to do.
    await client.query("SELECT pg_advisory_lock($1)", [lockId]);
    return await runEngine(databaseUrl);
  } finally {
    await client.end();
  }
}

async function runEngine(databaseUrl: string): Promise<string[]> {
  await loadEngineOnce();
  const factory = bindMigrationAwareSqlAdapterFactory(
    new PrismaPg({ connectionString: databaseUrl, allowExitOnIdle: true }),
  );
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
