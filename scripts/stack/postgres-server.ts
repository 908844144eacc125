import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import pg from "pg";
import { chooseServiceAccount } from "./service-account.js";
import { findPostgresBinaries } from "./postgres-binaries.js";
import { clusterDatabase, clusterUser, createCluster, dropStalePidFile, passwordOf } from "./postgres-cluster.js";
import { isErrno } from "./ports.js";
import { PrivateServer } from "./private-server.js";

export interface PostgresOptions {
  /** The folder for its data, log and lock; created when missing. */
  dir: string;
  /** Default: a free port. */
  port?: number;
  /**
   * Whether a commit waits for the disk. False is for tests: commits survive `kill()`, because the kernel keeps what
   * was written, but not a power cut. Default: true.
   */
  fsync?: boolean;
  /** Further settings, such as `{ max_connections: "300" }`; they override our own. */
  settings?: Readonly<Record<string, string>>;
  log?: (line: string) => void;
}

export interface PostgresHandle extends PrivateServer {
  /** Includes the user, the password and the database `standings`. */
  readonly url: string;
}

const host = "127.0.0.1";
const startTimeoutMs = 60_000;

/**
 * Starts a private PostgreSQL on 127.0.0.1 and creates its data folder at the first start. Returns when the database
 * `standings` accepts connections (about 1 s at the first start, later 0.1 s).
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresHandle> {
  const dir = resolve(options.dir);
  const data = join(dir, "data");
  const binaries = await findPostgresBinaries();
  const settings = {
    listen_addresses: host,
    unix_socket_directories: "", // no sockets: their path may be too long, and nothing uses them
    // Switch off fsync only: without synchronous_commit or full_page_writes, `kill()` could lose commits or tear pages.
    ...(options.fsync === false ? { fsync: "off" } : {}),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  let account: Awaited<ReturnType<typeof chooseServiceAccount>> | undefined;
  const server = await PrivateServer.start(
    {
      name: "PostgreSQL",
      dir,
      stopSignal: "SIGINT", // "fast": it does not wait for clients to leave
      startTimeoutMs,
      prepare: async () => {
        account ??= await chooseServiceAccount(dir, binaries.postgres);
        await createCluster({ dir, data, binaries, account, fsync: options.fsync !== false, log: options.log });
        await dropStalePidFile(data);
      },
      command: (port) => {
        if (account === undefined) throw new Error("prepare() comes first");
        return {
          ...account.wrap(binaries.postgres, ["-D", data, "-p", String(port), ...flags]),
          // Our own environment stays out: PGOPTIONS, PGDATA or a locale that this machine lacks would interfere.
          env: { PATH: process.env.PATH, LC_ALL: "C" },
          cwd: dir,
        };
      },
      isReady: (port, pid) => saysReady(data, pid),
    },
    options.port,
  );
  const urlOf = await urlsFor(data, server.port);
  await createDatabase(urlOf);
  return Object.assign(server, { url: urlOf(clusterDatabase) });
}

/** PostgreSQL writes its state into line 8 of postmaster.pid; pg_ctl waits for the same line. */
async function saysReady(data: string, pid: number): Promise<boolean> {
  try {
    const lines = (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n");
    return lines[0]?.trim() === String(pid) && lines[7]?.trim() === "ready";
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}

async function urlsFor(data: string, port: number): Promise<(database: string) => string> {
  const password = await passwordOf(data);
  return (database) => `postgresql://${clusterUser}:${password}@${host}:${port}/${database}`;
}

async function createDatabase(urlOf: (database: string) => string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf("postgres") });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [clusterDatabase]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(clusterDatabase)}`);
  } finally {
    await client.end();
  }
}
