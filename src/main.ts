import cluster from "node:cluster";
import { appRoles, createApp, type AppRole } from "./app/app.js";
import { createTracing } from "./app/traces.js";
import { ConfigError, parseConfig, secretsOf, type Config } from "./config/config.js";
import { Obstacle } from "./domain/errors.js";
import { createLogger, type Logger } from "./observability/logger.js";
import { createRedactor } from "./observability/redaction.js";
import { redactWrites } from "./observability/redacted-stream.js";
import { DurabilityError } from "./redis/durability.js";
import type { App } from "./lifecycle.js";
import { answerSupervisor } from "./observability/metrics.js";
import { RedisSettingsError } from "./redis/problems.js";
import { Supervisor, type ChildMessage } from "./supervisor.js";
import { readVersion } from "./version.js";

/** Exit codes as in sysexits.h, which service managers know. */
const exitCodes = { ok: 0, failure: 1, usage: 64, config: 78 } as const;

/** A stop must be over within this time: the contract says 10 s. */
const stopTimeoutMs = 9_500;

const usage = `usage: main.js [${appRoles.join("|")}]

  api     answers requests and pushes scores to viewers
  worker  moves changes to PostgreSQL, and opens boards
  ingest  applies increments that come by way of RabbitMQ (AMQP_URL)
  all     all of these in one process; the default

Everything else is set by the environment: at least REDIS_URL, DATABASE_URL, and JWT_SECRET or
JWT_JWKS_URL; see the README.
  --help     shows this
  --version  shows the version
`;

async function main(): Promise<void> {
  const [role = "all"] = process.argv.slice(2);
  answer(role);
  if (!isAppRole(role)) {
    process.stderr.write(usage);
    process.exit(exitCodes.usage);
  }
  const redact = createRedactor(secretsOf(process.env));
  // Libraries write there by themselves when DEBUG or NODE_DEBUG asks them to.
  redactWrites(process.stderr, redact);
  const config = readConfig(role);
  const logger = createLogger(config.logLevel, undefined, redact);
  const version = readVersion();
  const app = await createProcess(config, role, logger, version);

  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, "uncaught error; stopping");
    process.exit(exitCodes.failure);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // `npm start` forwards a signal that the terminal has sent already, so it may come twice. A terminal also sends
    // SIGINT to child processes, which ignore it: the supervisor decides when they stop.
    process.on(signal, () => {
      if (cluster.isPrimary || signal === "SIGTERM") void stop(app, logger, signal);
    });
  }
  // A process whose supervisor is gone must not run on by itself.
  if (cluster.isWorker) process.on("disconnect", () => void stop(app, logger, "disconnect"));

  try {
    await app.start(() => void tell({ kind: "operable", opsPort: app.opsPort }));
    if (stopping) return;
    await tell({ kind: "serving", port: app.port });
    // Under a supervisor each process logs this at "debug" only.
    logger[cluster.isWorker ? "debug" : "info"](
      { version, role, ...addressesOf(app, config), boards: config.boards },
      "standings serves",
    );
  } catch (error) {
    if (stopping) return; // A start that is interrupted by a stop may fail.
    if (!(error instanceof Obstacle)) logger.fatal({ err: error }, "standings can't start");
    else if (cluster.isWorker) await tell({ kind: "obstacle", sentence: error.message });
    else logger.fatal(`standings can't start: ${error.message}`);
    await giveUp(app, hasWrongSettings(error) ? exitCodes.config : exitCodes.failure);
  }
}

/** The addresses that the process listens on: the public one, if it has one, and the operators'. */
function addressesOf({ port, opsPort }: App, { host, opsHost }: Config) {
  return { ...(port !== undefined && { host, port }), opsHost, opsPort };
}

/** Sends a message to the supervisor, if there is one. Resolves when the message is sent. */
function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (cluster.isWorker && process.send) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

function answer(argument: string): void {
  if (["--version", "-v"].includes(argument)) {
    process.stdout.write(`${readVersion()}\n`);
    process.exit(exitCodes.ok);
  }
  if (["--help", "-h", "help"].includes(argument)) {
    process.stdout.write(usage);
    process.exit(exitCodes.ok);
  }
}

function hasWrongSettings(error: unknown): boolean {
  return error instanceof DurabilityError || error instanceof RedisSettingsError;
}

/** The service itself, or a supervisor of several processes. */
async function createProcess(config: Config, role: AppRole, logger: Logger, version: string): Promise<App> {
  const { webConcurrency, amqpUrl, opsPort, opsHost } = config;
  const create = async () =>
    createApp(config, role, logger, version, await createTracing(config.traces, version, logger));
  if (cluster.isWorker) {
    answerSupervisor();
    return create();
  }
  if (webConcurrency === 1 || role === "worker" || role === "ingest") return create();
  const roles = Array<AppRole>(webConcurrency).fill("api");
  if (role === "all") roles.push("worker");
  if (role === "all" && amqpUrl !== undefined) roles.push("ingest");
  const supervisor = new Supervisor({
    roles,
    opsPort,
    opsHost,
    logger,
    onFailure: (code) => void giveUp(supervisor, code),
  });
  return supervisor;
}

let stopping = false;

async function giveUp(app: App, code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await app.stop();
  process.exit(code);
}

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
    // Operators ask the supervisor, which asks its processes on the loopback interface.
    return cluster.isWorker ? { ...config, opsPort: 0, opsHost: "127.0.0.1" } : config;
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
