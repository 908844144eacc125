import type { CleanUp } from "../clean-up.js";
import type { Environment } from "../environment.js";
import { LoadGenerator, measure } from "../measure.js";
import { batchPath, changesABatch, restBatch } from "../operations/rest-batch.js";
import { standings } from "../targets.js";

export interface HttpBatchMeasurement {
  /** Processor time of the API process for a change, in microseconds. */
  readonly apiMicros: number;
  readonly redisMicros: number;
  readonly perSecond: number;
  readonly p99Ms: number;
}

export const connections = 8;
const warmUpSeconds = 2;

/** @returns undefined when the service has no batches over HTTP */
export async function measureHttpBatches(
  environment: Environment,
  cleanUp: CleanUp,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<HttpBatchMeasurement[] | undefined> {
  const server = await standings.start(environment);
  cleanUp.add(() => server.stop());
  const probe = await fetch(`http://127.0.0.1:${server.port}${batchPath}`, { method: "POST" });
  if (probe.status === 404) return undefined;

  const generator = new LoadGenerator();
  cleanUp.add(() => generator.stop());
  const order = { operationId: restBatch.id, connections };
  await measure(server, environment, generator, { ...order, seconds: warmUpSeconds });
  const measured: HttpBatchMeasurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const result = await measure(server, environment, generator, { ...order, seconds });
    measured.push({
      apiMicros: result.cpuMicros / changesABatch,
      redisMicros: result.redisCpuMicros / changesABatch,
      perSecond: result.perSecond * changesABatch,
      p99Ms: result.p99Ms,
    });
  }
  return measured;
}
