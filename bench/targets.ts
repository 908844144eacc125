import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ServerProcess } from "../scripts/stack/server-process.js";
import { findFreePort } from "../scripts/stack.js";
import type { Environment } from "./environment.js";
import { peerMain, productMain } from "./setup.js";

/** A server to measure. */
export interface Target {
  readonly id: string;
  readonly title: string;
  /** Ids of the operations that it offers. */
  readonly operations: readonly string[];
  /**
   * The time after the last request by which the server has done all work that it puts off. That work is part of a
   * request's cost.
   */
  readonly settleMs: number;
  start(environment: Environment, options?: StartOptions): Promise<RunningTarget>;
}

export interface StartOptions {
  /** Arguments of Node, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  /** Environment variables in addition to those that every run needs. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningTarget {
  readonly target: Target;
  readonly port: number;
  readonly pid: number;
  /** The Redis database that holds its scores. */
  readonly redisUrl: string;
  readonly scoresKey: string;
  stop(): Promise<void>;
}

const startTimeoutMs = 30_000;

export const standings: Target = {
  id: "standings",
  title: "**Standings**",
  operations: ["graphql-increment", "socket-increment", "top-scores", "rest-increment"],
  settleMs: 100,
  start: async (environment, options = {}) => {
    const [port, opsPort, workerOpsPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
    const redisUrl = environment.redis.url;
    const env = {
      PORT: String(port),
      HOST: "127.0.0.1",
      OPS_PORT: String(opsPort),
      REDIS_URL: redisUrl,
      DATABASE_URL: environment.databaseUrl,
      JWT_SECRET: environment.jwtSecret,
      LOG_LEVEL: "warn",
      RATE_LIMIT_PER_SECOND: "1000000",
      RATE_LIMIT_BURST: "1000000",
      ...options.env,
    };
    // The worker is a separate process on the other core, as in docker-compose.yml. No peer has a worker.
    const worker = await startProcess("worker", environment, [process.execPath, productMain, "worker"], {
      ...env,
      OPS_PORT: String(workerOpsPort),
    });
    const nodeArgs = options.nodeArgs ?? [];
    const server = await startServer("standings", environment, [...nodeArgs, productMain, "api"], env);
    const isReady = () =>
      fetch(`http://127.0.0.1:${opsPort}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await untilReady(server, isReady);
    const stop = async () => {
      await server.stop();
      await worker.stop();
    };
    return { target: standings, port, pid: server.pid, redisUrl, scoresKey: "lb:{main}:scores", stop };
  },
};

/** The server that the ratios compare with: what most experienced developers would write. */
export const referenceId = "apollo-express-key-object";
export const tunedId = "mercurius";
export const bareId = "bare-http";

const graphqlOperations = ["graphql-increment", "top-scores"];
const keyObject = { JWT_KEY_OBJECT: "1" };

/** The servers in the order of the report. To add a peer, add a file in peers/ and a line here. */
export const targets: readonly Target[] = [
  standings,
  peer(1, {
    id: referenceId,
    title: "Apollo Server 5 + Express 5",
    operations: [...graphqlOperations, "rest-increment"],
    main: "apollo-express",
    env: keyObject,
  }),
  peer(2, { id: "apollo-express", title: "Apollo + Express, secret as a string", operations: ["graphql-increment"] }),
  peer(3, {
    id: "apollo-fastify",
    title: "Apollo Server 5 + Fastify 5",
    operations: graphqlOperations,
    env: keyObject,
  }),
  peer(4, { id: "yoga", title: "GraphQL Yoga 5", operations: graphqlOperations, env: keyObject }),
  peer(5, { id: tunedId, title: "Mercurius 16, tuned as ours", operations: graphqlOperations, env: keyObject }),
  peer(6, {
    id: "fastify-rest",
    title: "Fastify 5, one script call",
    operations: ["rest-increment"],
    env: keyObject,
  }),
  peer(7, { id: bareId, title: "bare node:http, one script call", operations: ["rest-increment"], env: keyObject }),
];

export interface Peer extends Pick<Target, "id" | "title" | "operations"> {
  /** The file's name in peers/. Default: the id. */
  main?: string;
  env?: Readonly<Record<string, string>>;
}

/** @param database each server has its own Redis database; ours is 0 */
export function peer(database: number, { id, title, operations, main = id, env = {} }: Peer): Target {
  const target: Target = {
    id,
    title,
    operations,
    settleMs: 100,
    start: async (environment, options = {}) => {
      const port = await findFreePort();
      const redisUrl = `${environment.redis.url}/${database}`;
      const server = await startServer(id, environment, [...(options.nodeArgs ?? []), peerMain(main)], {
        PORT: String(port),
        REDIS_URL: redisUrl,
        JWT_SECRET: environment.jwtSecret,
        ...env,
        ...options.env,
      });
      await untilReady(server, async () => /^ready$/m.test(await readFile(logFileOf(environment, id), "utf8")));
      return { target, port, pid: server.pid, redisUrl, scoresKey: "leaderboard", stop: () => server.stop() };
    },
  };
  return target;
}

function startServer(id: string, environment: Environment, args: readonly string[], env: NodeJS.ProcessEnv) {
  return startProcess(id, environment, environment.cores.forServer([process.execPath, ...args]), env);
}

async function startProcess(
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

function logFileOf({ dir }: Environment, id: string): string {
  return join(dir, `${id}.log`);
}

async function untilReady(server: ServerProcess, isReady: () => Promise<boolean>): Promise<void> {
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
