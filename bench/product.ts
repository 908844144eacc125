import { findFreePort } from "../scripts/stack.js";
import type { CleanUp } from "./clean-up.js";
import type { Environment } from "./environment.js";
import { startProcess, untilReady } from "./server-process.js";
import { productMain } from "./setup.js";

export type Variables = Readonly<Record<string, string>>;

/** The environment variables of every role of our service. */
export function productVariables({ databaseUrl, jwtSecret }: Environment, redisUrl: string): Variables {
  return {
    HOST: "127.0.0.1",
    REDIS_URL: redisUrl,
    DATABASE_URL: databaseUrl,
    JWT_SECRET: jwtSecret,
    LOG_LEVEL: "warn",
    RATE_LIMIT_PER_SECOND: "1000000",
    RATE_LIMIT_BURST: "1000000",
    // Thousands of viewers have one address, and a stop must not wait for them.
    READ_RATE_LIMIT_PER_SECOND: "1000000",
    READ_RATE_LIMIT_BURST: "1000000",
    DRAIN_SECONDS: "0",
    LOAD_SHEDDING: "off",
  };
}

export interface RoleOptions {
  /** Names its log. */
  readonly name: string;
  readonly variables: Variables;
  readonly nodeArgs?: readonly string[];
  /** Whether it runs on the servers' core. Default: false. */
  readonly pinned?: boolean;
}

export interface RunningRole {
  readonly pid: number;
  readonly port: number;
  readonly opsPort: number;
  /** An API process is ready when a worker has opened the boards. */
  untilReady(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a worker and an API process, each a process of its own, and resolves when they serve. */
export async function startService(environment: Environment, cleanUp: CleanUp) {
  const variables = productVariables(environment, environment.redis.url);
  const worker = await startRole("worker", environment, { name: "worker", variables });
  cleanUp.add(() => worker.stop());
  const api = await startRole("api", environment, { name: "api", variables });
  cleanUp.add(() => api.stop());
  await api.untilReady();
  return { worker, api };
}

/** Starts one role of our service as a process of its own. */
export async function startRole(
  role: "api" | "worker",
  environment: Environment,
  { name, variables, nodeArgs = [], pinned = false }: RoleOptions,
): Promise<RunningRole> {
  const [port, opsPort] = [await findFreePort(), await findFreePort()];
  const plain = [process.execPath, ...nodeArgs, productMain, role];
  const commandLine = pinned ? environment.cores.forServer(plain) : plain;
  const server = await startProcess(name, environment, commandLine, {
    ...variables,
    PORT: String(port),
    OPS_PORT: String(opsPort),
  });
  const isReady = () =>
    fetch(`http://127.0.0.1:${opsPort}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  return {
    pid: server.pid,
    port,
    opsPort,
    untilReady: () => untilReady(server, isReady),
    stop: () => server.stop(),
  };
}
