import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { projectRoot } from "../stack.js";
import { findFreePort, isPortFree } from "../stack/ports.js";
import { endLeftover, ServerProcess } from "../stack/server-process.js";

export interface StandingsServerOptions {
  /** For its log and its process record. */
  dir: string;
  port: number;
  opsPort: number;
  redisUrl: string;
  databaseUrl: string;
  jwtSecret: string;
  signal: AbortSignal;
}

export const demoHost = "127.0.0.1";

const readyTimeoutMs = 60_000;
const pollMs = 25;

/** What the environment may hold for another service would make the demo's own tokens invalid. */
const notPassedOn = ["JWT_JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE"];

/** Where front ends run while they are developed, so that one of them can use the demo without any setting. */
const developmentPorts = [3000, 4173, 4200, 5173, 5174, 8000, 8080];
const developmentOrigins = ["localhost", demoHost].flatMap((host) =>
  developmentPorts.map((port) => `http://${host}:${port}`),
);

/** Starts `node dist/main.js all`; returns when it is ready. */
export async function startStandingsServer(options: StandingsServerOptions): Promise<ServerProcess> {
  const { dir, signal } = options;
  const recordFile = join(dir, "server-process");
  await endLeftover(recordFile, "SIGTERM");
  signal.throwIfAborted();
  const server = await ServerProcess.start({
    name: "The Standings server",
    command: process.execPath,
    args: [join(projectRoot, "dist", "main.js"), "all"],
    env: environment(options),
    cwd: projectRoot,
    logFile: join(dir, "standings.log"),
    logFlags: "w",
    recordFile,
    stopSignal: "SIGTERM",
  });
  try {
    await untilReady(server, `http://${demoHost}:${options.opsPort}/readyz`, signal);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function environment({ port, opsPort, redisUrl, databaseUrl, jwtSecret }: StandingsServerOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !notPassedOn.includes(name));
  return {
    CORS_ORIGINS: developmentOrigins.join(","),
    INTROSPECTION: "on", // the playground needs it, and NODE_ENV=production would turn it off
    ...Object.fromEntries(inherited),
    ...{ PORT: String(port), HOST: demoHost, OPS_PORT: String(opsPort), OPS_HOST: demoHost },
    ...{ REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, JWT_SECRET: jwtSecret },
  };
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

/** The wanted port; without a wish the usual one when it is free, else any free one. */
export async function choosePort(wanted: number | undefined, usual: number, except?: number): Promise<number> {
  if (wanted !== undefined) {
    if (await isPortFree(wanted)) return wanted;
    throw new Error(`Port ${wanted} is taken. Choose another with --port, or leave it out to get a free one.`);
  }
  if (usual !== except && (await isPortFree(usual))) return usual;
  return findFreePort();
}
