import { setTimeout as delay } from "node:timers/promises";
import type { Environment } from "../environment.js";
import { readCpuSeconds, readResidentBytes } from "../process-usage.js";
import { quantile } from "../report-parts.js";
import { standings } from "../targets.js";
import { Changes } from "./changes.js";
import { arrive, reachAll } from "./measure.js";
import { collectableArgs, readSettledBytes } from "./server-memory.js";
import type { ViewersProcess } from "./viewers-process.js";

/** How our server behaved when it had more to push than it can send. */
export interface Overload {
  readonly viewers: number;
  readonly stalled: number;
  /** Stalled viewers that the server cut off during the load. */
  readonly cutOff: number;
  readonly intervalMs: number;
  readonly seconds: number;
  readonly changes: number;
  /** The share that was sent, of changes × viewers: the other messages were skipped for newer ones. */
  readonly delivered: number;
  readonly messagesPerSecond: number;
  readonly busy: number;
  /** Resident memory: with all viewers before the load, a quarter into the load, at its end, and settled after it. */
  readonly bytes: { readonly before: number; readonly early: number; readonly late: number; readonly after: number };
  /** From the answer to the last change until every viewer had that change. */
  readonly lastArrivalMs: number;
  readonly writeP50Ms: number;
  readonly writeP99Ms: number;
}

const viewerCount = 4_000;
const stalledShare = 0.01;
const intervalMs = 5;
const changeConnections = 128;
const sampleMs = 250;
const env = { PUSH_INTERVAL_MS: String(intervalMs), MAX_CONNECTIONS_PER_ADDRESS: "100000" };

/** @throws Error when a viewer that reads receives a wrong message, is cut off, or does not get the newest */
export async function measureOverload(
  environment: Environment,
  viewers: ViewersProcess,
  { seconds, log }: { seconds: number; log: (line: string) => void },
): Promise<Overload> {
  const server = await standings.start(environment, { nodeArgs: collectableArgs, env });
  const changes = new Changes(server.port, environment.token);
  const { pid, port } = server;
  const stalled = viewerCount * stalledShare;
  try {
    await changes.fill();
    await viewers.order({ kind: "open", port, dialect: "greedy", viewers: stalled, stalled: true });
    await viewers.order({ kind: "open", port, dialect: "standings", viewers: viewerCount - stalled, stalled: false });
    await reachAll(viewers, changes);
    const before = await readSettledBytes(pid);

    const samples: number[] = [];
    const [cpu, start] = [await readCpuSeconds(pid), performance.now()];
    const load = changes.makeSteadily(intervalMs, seconds, changeConnections);
    const ended = load.then(() => true);
    while (!(await Promise.race([ended, delay(sampleMs, false)]))) samples.push(await readResidentBytes(pid));
    const made = await load;
    const endedAt = performance.now();
    const { updates, cutOff } = await arrive(viewers, made);
    const lastArrivalMs = performance.now() - endedAt;
    const elapsed = (performance.now() - start) / 1_000;
    const cpuSeconds = (await readCpuSeconds(pid)) - cpu;
    const after = await readSettledBytes(pid);

    const latencies = made.map(({ latencyMs }) => latencyMs);
    const live = viewerCount - stalled;
    log(`Overload: ${(updates / elapsed).toFixed(0)} messages/s, write p99 ${quantile(latencies, 0.99).toFixed(1)} ms`);
    return {
      viewers: live,
      stalled,
      cutOff,
      intervalMs,
      seconds,
      changes: made.length,
      delivered: updates / (made.length * live),
      messagesPerSecond: updates / elapsed,
      busy: cpuSeconds / elapsed,
      bytes: {
        before,
        early: samples[Math.floor(samples.length / 4)] ?? NaN,
        late: samples.at(-1) ?? NaN,
        after,
      },
      lastArrivalMs,
      writeP50Ms: quantile(latencies, 0.5),
      writeP99Ms: quantile(latencies, 0.99),
    };
  } finally {
    await viewers.order({ kind: "close" }).finally(() => server.stop());
  }
}
