import { setTimeout as delay } from "node:timers/promises";
import type { Environment } from "../environment.js";
import { readCpuSeconds, untilQuiet } from "../process-usage.js";
import type { RunningTarget } from "../targets.js";
import { Changes, type Change } from "./changes.js";
import { collectableArgs, readSettledBytes } from "./server-memory.js";
import type { FanOutTarget } from "./targets.js";
import type { ViewersProcess } from "./viewers-process.js";
import type { ViewersReport } from "./viewers-protocol.js";

/** One round of one server with a fixed number of viewers. */
export interface FanOutMeasurement {
  readonly viewers: number;
  /** Processor time of the server for each message that reached a viewer, in microseconds. */
  readonly cpuMicros: number;
  /** The share of messages that arrived, of changes × viewers. */
  readonly delivered: number;
  readonly bytesAViewer: number;
  /** For each change: from sending it until the last viewer had it. */
  readonly latenciesMs: readonly number[];
  /** Processor time per second while changes were made: 1 is a full core. */
  readonly busy: number;
  readonly viewersBusy: number;
}

/** A number of viewers, and how often the board changes with so many. */
export interface Step {
  readonly viewers: number;
  readonly intervalMs: number;
}

const warmUp = { viewers: 100, intervalMs: 20, seconds: 2.5 };
const arriveWithinMs = 20_000;
const probeMs = 500;
/** Pushes so often that each change is a push by itself. */
const env = { PUSH_INTERVAL_MS: "20", MAX_CONNECTIONS_PER_ADDRESS: "100000" };

/**
 * Starts the server anew, because a process does not give back all the memory that it once used, and adds viewers step
 * by step.
 *
 * @throws Error when a viewer received a wrong message, or did not get the newest
 */
export async function measureFanOut(
  { target, dialect }: FanOutTarget,
  environment: Environment,
  viewers: ViewersProcess,
  { steps, seconds }: { steps: readonly Step[]; seconds: number },
): Promise<FanOutMeasurement[]> {
  const server = await target.start(environment, { nodeArgs: collectableArgs, env });
  const changes = new Changes(server.port, environment.token);
  try {
    await changes.fill();
    const open = (count: number) =>
      viewers.order({ kind: "open", port: server.port, dialect, viewers: count, stalled: false });

    await open(warmUp.viewers);
    await reachAll(viewers, changes);
    await arrive(viewers, await changes.makeSteadily(warmUp.intervalMs, warmUp.seconds));
    await viewers.order({ kind: "close" });
    const bytesBefore = await readSettledBytes(server.pid);

    const results: FanOutMeasurement[] = [];
    for (const [index, { viewers: count, intervalMs }] of steps.entries()) {
      await open(count - (steps[index - 1]?.viewers ?? 0));
      await reachAll(viewers, changes);
      await untilQuiet(server.pid, probeMs);
      const load = await measureLoad(server, viewers, changes, { intervalMs, seconds });
      const bytes = await readSettledBytes(server.pid);
      results.push({ viewers: count, ...load, bytesAViewer: (bytes - bytesBefore) / count });
    }
    return results;
  } finally {
    await viewers.order({ kind: "close" }).finally(() => server.stop());
  }
}

/** Changes the board until all viewers have an update: subscribing takes a while, and most servers don't confirm it. */
export async function reachAll(viewers: ViewersProcess, changes: Changes): Promise<void> {
  const deadline = performance.now() + arriveWithinMs;
  for (;;) {
    const { score } = await changes.make();
    const report = await viewers.order({ kind: "await", score, timeoutMs: probeMs });
    if (report.upToDate === report.viewers) return;
    if (performance.now() > deadline)
      throw new Error(`only ${report.upToDate} of ${report.viewers} viewers hear of it`);
    await delay(probeMs);
  }
}

/** @throws Error when not every viewer gets the newest in time */
export async function arrive(viewers: ViewersProcess, changes: readonly Change[]): Promise<ViewersReport> {
  const score = Math.max(...changes.map((change) => change.score));
  const report = await viewers.order({ kind: "await", score, timeoutMs: arriveWithinMs });
  if (report.upToDate === report.viewers) return report;
  throw new Error(`only ${report.upToDate} of ${report.viewers} viewers got the newest within ${arriveWithinMs} ms`);
}

async function measureLoad(
  { pid }: RunningTarget,
  viewers: ViewersProcess,
  changes: Changes,
  { intervalMs, seconds }: { intervalMs: number; seconds: number },
) {
  const [cpu, viewersCpu, start] = [await readCpuSeconds(pid), await readCpuSeconds(viewers.pid), performance.now()];
  const made = await changes.makeSteadily(intervalMs, seconds);
  const report = await arrive(viewers, made);
  const elapsed = (performance.now() - start) / 1_000;
  const cpuSeconds = (await readCpuSeconds(pid)) - cpu;
  return {
    cpuMicros: (cpuSeconds / report.updates) * 1e6,
    delivered: report.updates / (made.length * report.viewers),
    latenciesMs: latencies(made, report),
    busy: cpuSeconds / elapsed,
    viewersBusy: ((await readCpuSeconds(viewers.pid)) - viewersCpu) / elapsed,
  };
}

function latencies(made: readonly Change[], { arrivals }: ViewersReport): number[] {
  const arrivedAt = new Map(arrivals);
  return made.map(({ score, sentAtMs }) => {
    const at = arrivedAt.get(score);
    if (at === undefined) throw new Error(`nobody knows when all had ${score}`);
    return at - sentAtMs;
  });
}
