import { execFile } from "node:child_process";
import { access, constants, mkdir, rename, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { isErrno } from "./ports.js";
import { fetchRedisWithApt, hasApt, sharedLibraryFolders } from "./redis-from-apt.js";

export interface RedisBinary {
  path: string;
  /** Variables that the program needs beside the usual environment: a fetched one needs its own shared libraries. */
  env: Record<string, string>;
  /** The version that the program reports, such as "7.0.15". */
  version: string;
  source: "path" | "fetched";
}

export interface FindRedisOptions {
  /** The folder that keeps a fetched Redis for the next time. Default: `.data/redis` of the project. */
  cacheDir?: string;
  /** Default: the PATH of this process. */
  path?: string;
  /** Reports progress, as fetching may take some seconds. */
  log?: (line: string) => void;
}

export const projectRoot = resolve(import.meta.dirname, "../..");

/**
 * Finds `redis-server` or `valkey-server`: on the PATH, or fetched by an earlier call, or fetched now from Debian's or
 * Ubuntu's packages into a private folder (about two seconds; needs no root and installs nothing).
 */
export async function findRedis(options: FindRedisOptions = {}): Promise<RedisBinary> {
  const { cacheDir = join(projectRoot, ".data", "redis"), log = () => undefined } = options;
  const installed = await findOnPath(options.path ?? process.env.PATH ?? "");
  if (installed !== undefined) return installed;
  const fetched = await inspectFetched(cacheDir);
  if (fetched !== undefined) return fetched;
  if (!(await hasApt())) throw new Error(howToGetRedis("There is no redis-server or valkey-server on the PATH."));
  log("Fetching Redis from the package archive into a private folder…");
  try {
    return await fetchInto(cacheDir);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(howToGetRedis(`There is no redis-server on the PATH, and fetching one failed: ${reason}`), {
      cause,
    });
  }
}

function howToGetRedis(problem: string): string {
  return [
    problem,
    "Three ways to get one:",
    "  - a package manager: apt-get install redis-server, dnf install redis, brew install redis;",
    "  - Docker Compose: docker compose up -d redis, then set REDIS_URL=redis://127.0.0.1:6379;",
    "  - any Redis 7 or Valkey that you can reach: set REDIS_URL to it.",
  ].join("\n");
}

async function findOnPath(path: string): Promise<RedisBinary | undefined> {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  for (const name of ["redis-server", "valkey-server"]) {
    for (const folder of folders) {
      const found = await inspect(join(folder, name), {}, "path");
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

async function inspectFetched(folder: string): Promise<RedisBinary | undefined> {
  const libraries = await sharedLibraryFolders(folder);
  return inspect(join(folder, "redis-server"), { LD_LIBRARY_PATH: libraries.join(":") }, "fetched");
}

/**
 * Runs the program: an existing file may still not work, because of another architecture, a missing library or an empty
 * stub.
 */
async function inspect(
  path: string,
  env: Record<string, string>,
  source: RedisBinary["source"],
): Promise<RedisBinary | undefined> {
  try {
    await access(path, constants.X_OK);
    const { stdout } = await promisify(execFile)(path, ["--version"], {
      env: { ...process.env, ...env },
      timeout: 10_000,
    });
    const version = /\bv=(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    return version === undefined ? undefined : { path, env, version, source };
  } catch (error) {
    // Ctrl-C in a terminal ends the program together with us; that says nothing about the program.
    if (error instanceof Error && "signal" in error && error.signal === "SIGINT") throw error;
    return undefined; // whatever the fault, the next candidate may work
  }
}

/**
 * Fetches into a temporary folder and moves that into place once it works. A fetch that is interrupted or races with
 * another one leaves a working Redis or none.
 */
async function fetchInto(cacheDir: string): Promise<RedisBinary> {
  await mkdir(dirname(cacheDir), { recursive: true });
  const work = `${cacheDir}.fetching-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await fetchRedisWithApt(work);
    const fetched = await inspectFetched(work);
    if (fetched === undefined) throw new Error("the fetched redis-server does not run on this machine");
    await moveIntoPlace(work, cacheDir);
    const placed = await inspectFetched(cacheDir);
    if (placed === undefined) throw new Error(`the fetched redis-server does not run from ${cacheDir}`);
    return placed;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function moveIntoPlace(work: string, cacheDir: string): Promise<void> {
  try {
    await rename(work, cacheDir);
  } catch (error) {
    if (!isErrno(error, "ENOTEMPTY") && !isErrno(error, "EEXIST")) throw error;
    // Another process was faster and its result works; or the existing program no longer works.
    if ((await inspectFetched(cacheDir)) !== undefined) return;
    await rm(cacheDir, { recursive: true, force: true });
    await rename(work, cacheDir);
  }
}
