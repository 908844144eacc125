import { readFile } from "node:fs/promises";
import { findFreePort } from "../scripts/stack.js";
import type { Environment } from "./environment.js";
import { logFileOf, startServer, untilReady } from "./server-process.js";
import { productVariables, startRole } from "./product.js";
import { peerMain } from "./setup.js";

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

export const standings: Target = {
  id: "standings",
  title: "**Standings**",
  operations: ["graphql-increment", "socket-increment", "top-scores", "rest-increment"],
  settleMs: 100,
  start: async (environment, options = {}) => {
    const redisUrl = environment.redis.url;
    const variables = { ...productVariables(environment, redisUrl), ...options.env };
    // The worker is a separate process on the other core, as in docker-compose.yml. No peer has a worker.
    const worker = await startRole("worker", environment, { name: "worker", variables });
    const nodeArgs = options.nodeArgs ?? [];
    const server = await startRole("api", environment, { name: "standings", variables, nodeArgs, pinned: true });
    await server.untilReady();
    const stop = async () => {
      await server.stop();
      await worker.stop();
    };
    return { target: standings, port: server.port, pid: server.pid, redisUrl, scoresKey: "lb:{main}:scores", stop };
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
