import cluster from "node:cluster";
import { appRoles, createApp, type AppRole } from "./app.js";
import { ConfigError, parseConfig, type Config } from "./config.js";
import { createLogger, type Logger } from "./logger.js";
import { DurabilityError } from "./leaderboard/durability.js";
import type { App } from "./lifecycle.js";
import { answerSupervisor } from "./metrics.js";
import { Supervisor, type ChildReady } from "./supervisor.js";

/** Exit codes as in sysexits.h, which service managers know. */
const exitCodes = { ok: 0, failure: 1, usage: 64, config: 78 } as const;

/** Everything has to be over by then: the contract says 10 s. */
const stopTimeoutMs = 9_500;

async function main(): Promise<void> {
  const role = process.argv[2] ?? "all";
  if (!isAppRole(role)) {
    process.stderr.write(`usage: main.js [${appRoles.join("|")}]\n`);
    process.exit(exitCodes.usage);
  }
  const config = readConfig(role);
  const logger = createLogger(config.logLevel);
  const app = createProcess(config, role, logger);

  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, "an error that nobody caught; stopping");
    process.exit(exitCodes.failure);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // `npm start` hands on what a terminal has sent already, so a signal may come twice. A terminal sends to children,
    // too; when they stop is for the supervisor to say.
    process.on(signal, () => {
      if (cluster.isPrimary || signal === "SIGTERM") void stop(app, logger, signal);
    });
  }
  // Without its supervisor nobody would look after this process.
  if (cluster.isWorker) process.on("disconnect", () => void stop(app, logger, "disconnect"));

  try {
    await app.start();
    const ready: ChildReady = { kind: "ready", port: app.port, opsPort: app.opsPort };
    if (cluster.isWorker) process.send?.(ready);
    logger[cluster.isWorker ? "debug" : "info"](
      { role, port: app.port, opsPort: app.opsPort, boards: config.boards },
      "standings serves",
    );
  } catch (error) {
    const code = error instanceof DurabilityError ? exitCodes.config : exitCodes.failure;
    logger.fatal({ err: error }, "standings can't start");
    await app.stop();
    process.exit(code);
  }
}

/** The service itself, or what looks after several processes of it. */
function createProcess(config: Config, role: AppRole, logger: Logger): App {
  const { webConcurrency, amqpUrl, opsPort, opsHost } = config;
  if (cluster.isWorker) {
    answerSupervisor();
    return createApp({ ...config, opsPort: 0, opsHost: "127.0.0.1" }, role, logger);
  }
  if (webConcurrency === 1 || role === "worker" || role === "ingest") return createApp(config, role, logger);
  const roles = Array<AppRole>(webConcurrency).fill("api");
  if (role === "all") roles.push("worker");
  if (role === "all" && amqpUrl !== undefined) roles.push("ingest");
  return new Supervisor({ roles, opsPort, opsHost, onFailure: (code) => process.exit(code), logger });
}

let stopping = false;

async function stop(app: App, logger: Logger, reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ reason }, "stopping");
  const timer = setTimeout(() => {
    logger.error("stopping took too long");
    process.exit(exitCodes.failure);
  }, stopTimeoutMs);
  await app.stop();
  clearTimeout(timer);
  logger.info("stopped");
  process.exit(exitCodes.ok);
}

function readConfig(role: AppRole): Config {
  try {
    const config = parseConfig(process.env);
    if (role === "ingest" && config.amqpUrl === undefined) throw new ConfigError(["AMQP_URL: is required by ingest"]);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(exitCodes.config);
  }
}

function isAppRole(text: string): text is AppRole {
  return (appRoles as readonly string[]).includes(text);
}

await main();
