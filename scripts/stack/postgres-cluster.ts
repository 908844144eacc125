import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { giveTo, type ServiceAccount } from "./service-account.js";
import type { PostgresBinaries } from "./postgres-binaries.js";
import { isErrno } from "./ports.js";
import { processIdentity } from "./process-lock.mjs";

export const clusterUser = "standings";
export const clusterDatabase = "standings";

/** The file lies inside the data folder, so that both are created and deleted together. */
const passwordFileName = "standings-password";

export interface ClusterOptions {
  dir: string;
  data: string;
  binaries: PostgresBinaries;
  account: ServiceAccount;
  fsync: boolean;
  log: ((line: string) => void) | undefined;
}

/**
 * Creates the data folder unless it exists. `initdb` works in a temporary folder, which is renamed when it is complete:
 * PostgreSQL would take an interrupted one for complete and fail in strange ways.
 */
export async function createCluster({ dir, data, binaries, account, fsync, log }: ClusterOptions): Promise<void> {
  if (await exists(join(data, "PG_VERSION"))) return;
  log?.("Creating PostgreSQL's data folder…");
  const work = join(dir, "data.new");
  const passwordFile = join(dir, "initdb-password");
  // Even 127.0.0.1 needs a password: a superuser of PostgreSQL can run commands as the account that PostgreSQL runs
  // under.
  const password = randomBytes(16).toString("hex");
  try {
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { mode: 0o700 });
    await giveTo(account, work);
    await writeFile(passwordFile, password, { mode: 0o600 });
    await giveTo(account, passwordFile);
    const { command, args, ...ids } = account.wrap(binaries.initdb, [
      ...["--pgdata", work, "--username", clusterUser, "--pwfile", passwordFile, "--auth", "scram-sha-256"],
      // C: the same order everywhere, and no locale that this machine may lack.
      ...["--encoding", "UTF8", "--locale", "C", "--no-instructions"],
      ...(fsync ? [] : ["--no-sync"]),
    ]);
    await promisify(execFile)(command, args, { ...ids, cwd: dir, env: { PATH: process.env.PATH, LC_ALL: "C" } });
    await writeFile(join(work, passwordFileName), password, { mode: 0o600 });
    await rm(data, { recursive: true, force: true }); // has no PG_VERSION, hence no data
    await rename(work, data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

export async function passwordOf(data: string): Promise<string> {
  return (await readFile(join(data, passwordFileName), "utf8")).trim();
}

/**
 * A killed postmaster leaves its pid file. PostgreSQL ignores the file when no process has that pid, but not when
 * another process has it by now, which is common in containers with their low pids. The file also guards the shared
 * memory that orphaned backends may still use. So it is removed only when the pid certainly belongs to another process.
 */
export async function dropStalePidFile(data: string): Promise<void> {
  const path = join(data, "postmaster.pid");
  const pid = Number.parseInt(await readFile(path, "utf8").catch(emptyIfMissing), 10);
  if (!(pid > 0) || processIdentity(pid) === undefined) return;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (commandLine !== undefined && !/postgres/.test(commandLine)) await rm(path, { force: true });
}

function emptyIfMissing(error: unknown): string {
  if (isErrno(error, "ENOENT")) return "";
  throw error;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
