import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findRedis, projectRoot, startPostgres, startRedis, type RedisHandle } from "../scripts/stack.js";
import { signToken } from "../src/auth/sign-token.js";
import type { CleanUp } from "./clean-up.js";
import type { Cores } from "./cores.js";

/** The stores that all servers run on. */
export interface Environment {
  readonly cores: Cores;
  /** The folder for logs and process records. */
  readonly dir: string;
  readonly redis: RedisHandle;
  readonly redisVersion: string;
  readonly databaseUrl: string;
  /** PostgreSQL's postmaster; its connections are its child processes. */
  readonly postgresPid: number;
  readonly jwtSecret: string;
  /** A token of the role `service`, which may change every player's score. It outlives the run. */
  readonly token: string;
}

/** A private Redis that keeps every acknowledged write, and a private, migrated PostgreSQL. */
export async function startEnvironment(
  cores: Cores,
  cleanUp: CleanUp,
  log: (line: string) => void,
): Promise<Environment> {
  const dir = await mkdtemp(join(tmpdir(), "standings-peers-"));
  cleanUp.add(() => rm(dir, { recursive: true, force: true }));
  const binary = await findRedis({ log });
  // A rewrite of the append-only file would start in the middle of one round and slow down that round alone.
  const args = ["--auto-aof-rewrite-percentage", "0"];
  const redis = await startRedis({ dir: join(dir, "redis"), persistent: true, binary, args });
  cleanUp.add(() => redis.stop());
  const postgres = await startPostgres({ dir: join(dir, "postgres"), log });
  cleanUp.add(() => postgres.stop());
  await migrate(postgres.url);
  const jwtSecret = randomBytes(36).toString("base64");
  const token = signToken({ secret: jwtSecret, subject: "bench", role: "service", expiresInSeconds: 86_400 });
  return {
    cores,
    dir,
    redis,
    redisVersion: binary.version,
    databaseUrl: postgres.url,
    postgresPid: postgres.pid,
    jwtSecret,
    token,
  };
}

/** Runs the command itself, as an operator does. */
async function migrate(databaseUrl: string): Promise<void> {
  await promisify(execFile)(process.execPath, ["--import", "tsx", "src/cli.ts", "migrate"], {
    cwd: projectRoot,
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
}
