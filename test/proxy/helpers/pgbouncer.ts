import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { findFreePort } from "../../../scripts/stack.js";
import { chooseServiceAccount } from "../../../scripts/stack/service-account.js";
import { findProgram } from "../../helpers/find-program.js";
import { waitFor } from "../../helpers/wait-for.js";

export type PoolMode = "session" | "transaction";

/** A PgBouncer in front of one database, under two names: one for each mode. */
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
    // Two sessions for all clients, used in turns: code that relies on getting the same one again fails at once.
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
  const { process, output } = await launch(dir);
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

/** PgBouncer refuses to run as root, like PostgreSQL. */
async function launch(dir: string): Promise<{ process: ChildProcess; output: () => string }> {
  const program = findProgram({ name: "pgbouncer", folder: "/usr/sbin", debianPackage: "pgbouncer" });
  const account = await chooseServiceAccount(dir, program);
  const { command, args, ...ids } = account.wrap(program, [join(dir, "pgbouncer.ini")]);
  let text = "";
  const child = spawn(command, args, { ...ids, stdio: ["ignore", "pipe", "pipe"] });
  child.on("error", (error) => (text += String(error)));
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { process: child, output: () => text };
}
