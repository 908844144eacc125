import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { findFreePort } from "../../../scripts/stack.js";
import { waitFor } from "../../helpers/wait-for.js";

export type PoolMode = "session" | "transaction";

/** A PgBouncer in front of one database, under two names: one a mode. */
export interface PgBouncer {
  url(mode: PoolMode): string;
  stop(): Promise<void>;
}

export async function startPgBouncer(databaseUrl: string): Promise<PgBouncer> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const listenPort = await findFreePort();
  const dir = await mkdtemp(join(tmpdir(), "standings-pgbouncer-"));
  const target = `host=${hostname} port=${port} dbname=${pathname.slice(1)}`;
  await writeFile(join(dir, "users.txt"), `"${username}" "${password}"\n`);
  await writeFile(
    join(dir, "pgbouncer.ini"),
    // Two sessions for all clients, taken in turns: whoever relies on getting the same one again finds out at once.
    `[databases]
session = ${target} pool_mode=session pool_size=30
transaction = ${target} pool_mode=transaction pool_size=2 min_pool_size=2
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(dir, "users.txt")}
server_round_robin = 1
`,
  );
  await chmod(dir, 0o755);
  const { process, output } = launch(join(dir, "pgbouncer.ini"), await findAccount());
  const urlOf = (mode: PoolMode) => `postgres://${username}:${password}@127.0.0.1:${listenPort}/${mode}`;
  const stop = async () => {
    if (process.exitCode === null && process.signalCode === null) {
      process.kill("SIGKILL");
      await once(process, "exit");
    }
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await waitFor(async () => {
      if (process.exitCode !== null) throw new Error(`pgbouncer ended: ${output()}`);
      const client = new Client({ connectionString: urlOf("session") });
      client.on("error", () => undefined);
      await client.connect();
      await client.end();
      return true;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: urlOf, stop };
}

/** PgBouncer refuses to run as root. */
async function findAccount(): Promise<{ uid?: number; gid?: number }> {
  if (globalThis.process.getuid?.() !== 0) return {};
  const passwd = await readFile("/etc/passwd", "utf8");
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

function launch(
  configuration: string,
  account: { uid?: number; gid?: number },
): { process: ChildProcess; output: () => string } {
  let text = "";
  const child = spawn("pgbouncer", [configuration], {
    ...account,
    env: { PATH: `${globalThis.process.env.PATH ?? ""}:/usr/sbin` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.on("error", (error) => (text += String(error)));
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { process: child, output: () => text };
}
