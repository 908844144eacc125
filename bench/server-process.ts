import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ServerProcess } from "../scripts/stack/server-process.js";
import type { Environment } from "./environment.js";

const startTimeoutMs = 30_000;

/** Starts a Node.js program on the servers' core. */
export function startServer(id: string, environment: Environment, args: readonly string[], env: NodeJS.ProcessEnv) {
  return startProcess(id, environment, environment.cores.forServer([process.execPath, ...args]), env);
}

/** @param id also names its log */
export async function startProcess(
  id: string,
  environment: Environment,
  commandLine: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ServerProcess> {
  const [command = "", ...args] = commandLine;
  // The log of the previous round must not make this server look ready.
  await rm(logFileOf(environment, id), { force: true });
  return ServerProcess.start({
    name: id,
    command,
    args,
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...env },
    cwd: environment.dir,
    logFile: logFileOf(environment, id),
    recordFile: join(environment.dir, `${id}.pid`),
    stopSignal: "SIGTERM",
  });
}

export function logFileOf({ dir }: Environment, id: string): string {
  return join(dir, `${id}.log`);
}

/** @throws Error with its last log lines when the server ends, or is not ready in time */
export async function untilReady(server: ServerProcess, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isReady())) {
    if (!server.running) throw await server.failure("ended while it was starting");
    if (performance.now() > deadline) {
      await server.stop();
      throw await server.failure("did not become ready");
    }
    await delay(20);
  }
}
