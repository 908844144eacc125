import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Environment } from "./environment.js";
import type { LoadOrder, LoadResult } from "./load-protocol.js";
import { readCpuSeconds, untilQuiet } from "./process-usage.js";
import type { RunningTarget } from "./targets.js";

/** One round of one operation on one server. */
export interface Measurement {
  readonly requests: number;
  /** Processor time of the server for each request, in microseconds. */
  readonly cpuMicros: number;
  readonly redisCpuMicros: number;
  readonly perSecond: number;
  /** The server's processor time per second while the load ran: 1 is a full core. */
  readonly busy: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The load generator's process. */
export class LoadGenerator {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  readonly #acknowledged = new Map<string, number>();

  constructor() {
    this.#child = fork(join(import.meta.dirname, "load.ts"), { execArgv: ["--import", import.meta.resolve("tsx")] });
    this.#ended = once(this.#child, "exit").then(() => {
      throw new Error("the load generator ended");
    });
    this.#ended.catch(() => undefined); // The error is handled in `run`.
  }

  /** @throws Error when the generator ends or an answer was wrong: then no measurement counts */
  async run(order: LoadOrder): Promise<LoadResult> {
    this.#child.send(order);
    const [result] = (await Promise.race([once(this.#child, "message"), this.#ended])) as [LoadResult];
    const { targetId, operationId } = order;
    this.#acknowledged.set(targetId, result.acknowledgedTotal);
    if (result.failures === 0) return result;
    throw new Error(`${targetId}, ${operationId}: ${result.failures} wrong answers, the first: ${result.firstFailure}`);
  }

  /** The sum of all increments that a server has acknowledged so far. */
  acknowledgedTotal(targetId: string): number {
    return this.#acknowledged.get(targetId) ?? 0;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended.catch(() => undefined);
  }
}

export interface Round {
  readonly operationId: string;
  readonly connections: number;
  readonly seconds: number;
}

/** Puts load on a server, and reads the processor times of its process and of Redis before and after. */
export async function measure(
  { target, port, pid }: RunningTarget,
  { redis, token }: Environment,
  generator: LoadGenerator,
  round: Round,
): Promise<Measurement> {
  const [cpu, redisCpu] = [await readCpuSeconds(pid), await readCpuSeconds(redis.pid)];
  const result = await generator.run({ targetId: target.id, port, token, ...round });
  const busySeconds = (await readCpuSeconds(pid)) - cpu;
  // Work that the server has put off belongs to these requests as well.
  const cpuSeconds = (await untilQuiet(pid, target.settleMs)) - cpu;
  const redisCpuSeconds = (await readCpuSeconds(redis.pid)) - redisCpu;
  const { requests, seconds, p50Ms, p99Ms } = result;
  return {
    requests,
    cpuMicros: (cpuSeconds / requests) * 1e6,
    redisCpuMicros: (redisCpuSeconds / requests) * 1e6,
    perSecond: requests / seconds,
    busy: busySeconds / seconds,
    p50Ms,
    p99Ms,
  };
}
