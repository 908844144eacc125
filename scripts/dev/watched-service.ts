import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serviceEnvironment, type ServiceSettings } from "../local/service-environment.js";
import { projectRoot } from "../stack.js";
import { endLeftover, ServerProcess } from "../stack/server-process.js";

export interface WatchedServiceOptions extends ServiceSettings {
  /** The folder for its process record. */
  dir: string;
  signal: AbortSignal;
}

/** A change in one of these restarts the service. tsx finds imported files elsewhere by itself. */
const watched = ["src", "schema.graphql"];

/**
 * Runs `src/main.ts all` under `tsx watch`. tsx keeps running when the service ends: after a syntax error, for example,
 * it waits for the next save.
 */
export async function startWatchedService(options: WatchedServiceOptions): Promise<ServerProcess> {
  const { dir, signal, ...settings } = options;
  const recordFile = join(dir, "server-process");
  await endLeftover(recordFile, "SIGTERM");
  signal.throwIfAborted();
  const tsx = fileURLToPath(import.meta.resolve("tsx/cli"));
  const flags = ["--clear-screen=false", ...watched.flatMap((path) => ["--include", path])];
  return ServerProcess.start({
    name: "The service",
    command: process.execPath,
    args: [tsx, "watch", ...flags, "src/main.ts", "all"],
    env: serviceEnvironment(settings),
    cwd: projectRoot,
    recordFile,
    stopSignal: "SIGTERM",
  });
}
