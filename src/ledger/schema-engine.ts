import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { PrismaPg } from "@prisma/adapter-pg";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import type { Pool } from "pg";

export interface Migration {
  /** The name of its folder. */
  readonly name: string;
  readonly sql: string;
}

/** The part of WebAssembly's interface that is used here; TypeScript declares it for browsers only. */
interface WebAssemblyRuntime {
  instantiate(bytes: Buffer, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
}

/**
 * A function that the engine's glue code has but does not declare: the glue is for bundlers, which load the module for
 * it.
 */
interface WasmGlue {
  __wbg_set_wasm(exports: object): void;
}

/** Applying migrations needs nothing of a schema but its provider. */
const datamodel = 'datasource db { provider = "postgresql" }';
const lockfile = 'provider = "postgresql"';

/**
 * Applies migrations with Prisma's own schema engine, in its WebAssembly build: the usual build is a binary that
 * `prisma migrate` downloads. Keeps the same `_prisma_migrations` table, so `prisma migrate` may be used later. Takes
 * no lock.
 *
 * @param migrations in order
 * @returns the names of the migrations that were applied now
 */
export async function runSchemaEngine(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<string[]> {
  await loadEngineOnce();
  const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool, { schema }));
  const schemaEngine = await engine.SchemaEngine.new(
    { datamodels: [["schema.prisma", datamodel]] },
    () => undefined,
    factory,
  );
  try {
    const { appliedMigrationNames } = await schemaEngine.applyMigrations({
      filters: { externalTables: [], externalEnums: [] },
      migrationsList: {
        baseDir: "migrations",
        lockfile: { path: "migration_lock.toml", content: lockfile },
        shadowDbInitScript: "",
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sql } },
        })),
      },
    });
    return appliedMigrationNames;
  } finally {
    schemaEngine.free();
  }
}

let engineLoading: Promise<void> | undefined;

/** Loads the engine once per process: the glue code holds a single instance, which a second load would replace. */
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
