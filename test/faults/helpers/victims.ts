import { findFreePort } from "../../../scripts/stack.js";
import { serviceEnvironment } from "../../helpers/processes.js";
import type { Target } from "../../helpers/requests.js";
import type { OwnStores } from "./own-stores.js";
import { RoleProcess } from "./role-process.js";

/** How many kills each test makes. FAULTS_KILLS=1000 for a run overnight. */
export const kills = Number(process.env.FAULTS_KILLS ?? 30);
export const killsTimeoutMs = 120_000 + kills * 5_000;

/** An API and a worker as processes of their own, on the same ports after each start. */
export interface Victims {
  readonly target: Target & { readonly wsUrl: string };
  /** Each kills one of the four with SIGKILL and starts it again. A role is not ready yet when that resolves. */
  readonly kill: Readonly<Record<"redis" | "postgres" | "api" | "worker", () => Promise<void>>>;
  stop(): Promise<void>;
}

/** Resolves when both roles are ready. */
export async function startVictims(stores: OwnStores): Promise<Victims> {
  const [port, ...opsPorts] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
  const env = (opsPort: number) => ({
    ...serviceEnvironment(stores),
    PORT: String(port),
    OPS_PORT: String(opsPort),
    SYNC_INTERVAL_MS: "50",
    LOG_LEVEL: "fatal",
  });
  const [api, worker] = [new RoleProcess("api", env(opsPorts[0])), new RoleProcess("worker", env(opsPorts[1]))];
  api.start();
  worker.start();
  const stop = async () => {
    await Promise.all([api.kill(), worker.kill()]);
  };
  try {
    await Promise.all([api.ready(), worker.ready()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    target: { url: `http://127.0.0.1:${port}`, wsUrl: `ws://127.0.0.1:${port}/graphql` },
    kill: {
      redis: () => stores.redis.kill().then(() => stores.redis.restart()),
      postgres: () => stores.postgres.kill().then(() => stores.postgres.restart()),
      api: () => api.kill().then(() => api.start()),
      worker: () => worker.kill().then(() => worker.start()),
    },
    stop,
  };
}
