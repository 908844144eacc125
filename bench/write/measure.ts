import { readRedisUsage } from "../redis-usage.js";
import type { BenchBoard } from "./bench-board.js";
import { applyBatch, randomChanges } from "./random-changes.js";

export const players = 1_000;

export interface Work {
  readonly changes: number;
  /** Script calls, or pipelines. */
  readonly calls: number;
}

/** One way to write, with the measurement of each round. */
export interface WriteSeries {
  readonly title: string;
  /** Makes changes until then, a time of `performance.now()`. @throws Error when one was not made, or counted twice */
  readonly run: (target: BenchBoard, until: number) => Promise<Work>;
  readonly rounds: WriteMeasurement[];
}

/** One round of one way to write. */
export interface WriteMeasurement {
  /** Processor time of Redis for a change, in microseconds. */
  readonly redisMicros: number;
  /** Processor time of this process for a change: making it up, sending it, reading the answer. */
  readonly clientMicros: number;
  readonly aofBytes: number;
  /** Bytes that Redis received and sent. */
  readonly networkBytes: number;
  readonly perSecond: number;
  readonly changesACall: number;
}

/** Starts with an empty outbox and no idempotency records, so that no series finds what another has left. */
export async function measureWrites(
  target: BenchBoard,
  { run }: WriteSeries,
  seconds: number,
): Promise<WriteMeasurement> {
  await target.reset();
  await target.addPlayers(0, players);
  const [before, began, own] = [await readRedisUsage(target.client), performance.now(), process.cpuUsage()];
  const { changes, calls } = await run(target, began + 1_000 * seconds);
  const [{ user, system }, took] = [process.cpuUsage(own), performance.now() - began];
  const after = await readRedisUsage(target.client);
  return {
    redisMicros: (after.cpuMicros - before.cpuMicros) / changes,
    clientMicros: (user + system) / changes,
    aofBytes: (after.aofBytes - before.aofBytes) / changes,
    networkBytes: (after.networkBytes - before.networkBytes) / changes,
    perSecond: (1_000 * changes) / took,
    changesACall: changes / calls,
  };
}

const batchSize = 100;

/**
 * Memory of Redis for an idempotency record: what changes with keys leave behind, beyond what those without keys do,
 * when the outbox is drained.
 */
export async function measureKeyMemory(target: BenchBoard, records: number): Promise<number> {
  const growth = async (keyed: boolean) => {
    await target.reset();
    await target.addPlayers(0, players);
    const { memoryBytes } = await readRedisUsage(target.client);
    const next = randomChanges({ players, keyed });
    for (let made = 0; made < records; made += batchSize) await applyBatch(target, next, batchSize);
    await target.dropOutbox();
    return (await readRedisUsage(target.client)).memoryBytes - memoryBytes;
  };
  const without = await growth(false);
  return ((await growth(true)) - without) / records;
}
