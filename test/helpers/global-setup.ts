import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { ensurePrismaClient } from "../../scripts/prisma-client.mjs";
import { findRedis, startPostgres } from "../../scripts/stack.js";

declare module "vitest" {
  interface ProvidedContext {
    /** A PostgreSQL whose database is migrated and empty: the template of each test's own. */
    templateUrl: string;
  }
}

/**
 * One PostgreSQL for the whole run, also where several projects ask for it; each test clones its migrated database, which
 * takes 50 ms.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if ("templateUrl" in project.getProvidedContext()) return undefined;
  await ensurePrismaClient();
  const dir = await mkdtemp(join(tmpdir(), "standings-test-"));
  await findRedis(); // Fetched once, before the files that need it start side by side.
  const postgres = await startPostgres({ dir, fsync: false, settings: { max_connections: "300" } });
  // The command itself, as an operator runs it.
  await promisify(execFile)(process.execPath, ["--import", "tsx", "src/cli.ts", "migrate"], {
    env: { ...process.env, DATABASE_URL: postgres.url },
  });
  project.vitest.provide("templateUrl", postgres.url);
  return async () => {
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
  };
}
