import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { ensurePrismaClient } from "../../scripts/prisma-client.mjs";
import { buildPrograms, removePrograms } from "./build.js";
import { findRedis, startPostgres } from "../../scripts/stack.js";

declare module "vitest" {
  interface ProvidedContext {
    /** A PostgreSQL server with a migrated, empty database: the template of each test's own. */
    templateUrl: string;
    /** The folder of the compiled programs. */
    programs: string;
  }
}

/**
 * Starts one PostgreSQL and builds the programs once for the whole run, even when several projects need them. Each test
 * clones the migrated database, which takes 50 ms.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if ("templateUrl" in project.getProvidedContext()) return undefined;
  await ensurePrismaClient();
  const dir = await mkdtemp(join(tmpdir(), "standings-test-"));
  await findRedis(); // Fetches Redis once, before files that need it run at the same time.
  const [postgres, programs] = await Promise.all([
    startPostgres({ dir, fsync: false, settings: { max_connections: "300" } }),
    buildPrograms(),
  ]);
  // Runs the command itself, as an operator does.
  await promisify(execFile)(process.execPath, [join(programs, "src", "cli.js"), "migrate"], {
    env: { ...process.env, DATABASE_URL: postgres.url },
  });
  project.vitest.provide("templateUrl", postgres.url);
  project.vitest.provide("programs", programs);
  return async () => {
    await postgres.stop();
    await removePrograms(programs);
    await rm(dir, { recursive: true, force: true });
  };
}
