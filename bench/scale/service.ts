import type { Environment } from "../environment.js";
import { productVariables, startRole, type RunningRole } from "../product.js";

/** Our service with as many API processes as boards, and one worker. */
export interface RunningService {
  /** Board by board: the API process that gets the board's load. */
  readonly apis: readonly (RunningRole & { readonly board: string })[];
  readonly worker: RunningRole;
  stop(): Promise<void>;
}

export async function startService(
  environment: Environment,
  { redisUrl, boards }: { redisUrl: string; boards: readonly string[] },
): Promise<RunningService> {
  const variables = { ...productVariables(environment, redisUrl), BOARDS: boards.join(",") };
  const started: RunningRole[] = [];
  const start = async (role: "api" | "worker", name: string) => {
    const running = await startRole(role, environment, { name, variables });
    started.unshift(running);
    return running;
  };
  const worker = await start("worker", "worker");
  const apis: RunningService["apis"][number][] = [];
  for (const board of boards) apis.push({ ...(await start("api", `api-${board}`)), board });
  for (const api of apis) await api.untilReady();
  return {
    apis,
    worker,
    stop: async () => {
      for (const running of started) await running.stop();
    },
  };
}

/** How many increments the script calls of an API process have carried so far, and how many calls there were. */
export async function readBatches({ opsPort }: RunningRole): Promise<{ changes: number; calls: number }> {
  const metrics = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
  const read = (name: string) => Number(new RegExp(`^${name} ([\\d.e+]+)$`, "m").exec(metrics)?.[1]);
  return { changes: read("standings_batch_size_sum"), calls: read("standings_batch_size_count") };
}
