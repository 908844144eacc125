import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { host, serviceEnvironment, type ServiceSettings } from "../local/service-environment.js";
import { projectRoot } from "../stack.js";
import { endLeftover, ServerProcess } from "../stack/server-process.js";

export interface StandingsServerOptions extends ServiceSettings {
  /** The folder for its log and its process record. */
  dir: string;
  signal: AbortSignal;
}

const readyTimeoutMs = 60_000;
const pollMs = 25;

/** Starts `node dist/main.js all`; returns when it is ready. */
export async function startStandingsServer(options: StandingsServerOptions): Promise<ServerProcess> {
  const { dir, signal, ...settings } = options;
  const recordFile = join(dir, "server-process");
  await endLeftover(recordFile, "SIGTERM");
  signal.throwIfAborted();
  const server = await ServerProcess.start({
    name: "The Standings server",
    command: process.execPath,
    args: ["--max-semi-space-size=64", join(projectRoot, "dist", "main.js"), "all"],
    env: serviceEnvironment(settings),
    cwd: projectRoot,
    logFile: join(dir, "standings.log"),
    logFlags: "w",
    recordFile,
    stopSignal: "SIGTERM",
  });
  try {
    await untilReady(server, `http://${host}:${options.opsPort}/readyz`, signal);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function untilReady(server: ServerProcess, url: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  let answer = "nothing";
  for (;;) {
    signal.throwIfAborted();
    if (!server.running) throw await server.failure(`ended while starting (${await server.exited})`);
    if (Date.now() > deadline) throw await server.failure(`was not ready after 60 s; /readyz said ${answer}`);
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    if (response?.ok) return;
    if (response !== undefined) answer = await response.text();
    await delay(pollMs);
  }
}
