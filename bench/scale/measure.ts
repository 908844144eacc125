import { Redis } from "ioredis";
import type { CleanUp } from "../clean-up.js";
import type { Environment } from "../environment.js";
import { LoadGenerator } from "../measure.js";
import { restIncrement } from "../operations/rest-increment.js";
import { readCpuSeconds, readTreeCpuSeconds, untilQuiet } from "../process-usage.js";
import { readBatches, startService, type RunningService } from "./service.js";
import type { BoardPlace, BoardStore } from "./stores.js";

/** Processor time by part of the service. */
export interface Parts {
  readonly redis: number;
  readonly replicas: number;
  readonly api: number;
  readonly worker: number;
  readonly postgres: number;
}

export interface ScaleMeasurement {
  readonly store: string;
  readonly boards: number;
  readonly perSecond: number;
  readonly changesACall: number;
  /** Microseconds for a change. */
  readonly micros: Parts;
}

export const connectionsABoard = 64;
/**
 * For each API process, where time allows: processes that share cores are compiled late, and cost twice as much before.
 */
const warmUpRequests = 12_000;
const longestWarmUpMs = 15_000;
/** The worker's interval, and some time for its pass. */
const drainMs = 1_200;

/** Measures as many boards as API processes, each board with its own load through its own process. */
export async function measureBoards(
  environment: Environment,
  store: BoardStore,
  { boards, seconds, cleanUp }: { boards: number; seconds: number; cleanUp: CleanUp },
): Promise<ScaleMeasurement> {
  const places = await store.nameBoards(boards);
  const service = await startService(environment, { redisUrl: store.url, boards: places.map(({ board }) => board) });
  cleanUp.add(() => service.stop());
  const generators = places.map(() => new LoadGenerator());
  for (const generator of generators) cleanUp.add(() => generator.stop());

  await warmUp(service, environment, generators);
  await untilDrained(service);
  const [before, callsBefore] = [await readParts(service, store, environment), await readAllBatches(service)];
  const { requests, perSecond } = await load(service, environment, generators, seconds);
  await untilDrained(service);
  const [after, callsAfter] = [await readParts(service, store, environment), await readAllBatches(service)];

  for (const [index, place] of places.entries()) await checkTotal(place, generators[index]);
  for (const generator of generators) await generator.stop();
  await service.stop();
  const micros = (part: keyof Parts) => (1e6 * (after[part] - before[part])) / requests;
  return {
    store: store.title,
    boards,
    perSecond,
    changesACall: (callsAfter.changes - callsBefore.changes) / (callsAfter.calls - callsBefore.calls),
    micros: {
      redis: micros("redis"),
      replicas: micros("replicas"),
      api: micros("api"),
      worker: micros("worker"),
      postgres: micros("postgres"),
    },
  };
}

async function warmUp(
  service: RunningService,
  environment: Environment,
  generators: readonly LoadGenerator[],
): Promise<void> {
  const until = performance.now() + longestWarmUpMs;
  for (let requests = 0; requests < warmUpRequests * generators.length && performance.now() < until;) {
    requests += (await load(service, environment, generators, 1)).requests;
  }
}

async function load(
  { apis }: RunningService,
  { token }: Environment,
  generators: readonly LoadGenerator[],
  seconds: number,
): Promise<{ requests: number; perSecond: number }> {
  const results = await Promise.all(
    generators.map((generator, index) => {
      const api = apis[index];
      if (!api) throw new Error("a generator has no API process");
      const { board, port } = api;
      const connections = connectionsABoard;
      return generator.run({
        targetId: board,
        operationId: restIncrement.id,
        port,
        token,
        board,
        connections,
        seconds,
      });
    }),
  );
  return {
    requests: results.reduce((sum, { requests }) => sum + requests, 0),
    perSecond: results.reduce((sum, result) => sum + result.requests / result.seconds, 0),
  };
}

/** Work that the processes have put off belongs to the changes as well. */
async function untilDrained({ apis, worker }: RunningService): Promise<void> {
  await untilQuiet(worker.pid, drainMs);
  for (const { pid } of apis) await untilQuiet(pid, 0);
}

async function readParts(
  { apis, worker }: RunningService,
  { masters, replicas }: BoardStore,
  { postgresPid }: Environment,
): Promise<Parts> {
  const sum = async (processes: readonly { readonly pid: number }[]) =>
    (await Promise.all(processes.map(({ pid }) => readCpuSeconds(pid)))).reduce((total, one) => total + one, 0);
  return {
    redis: await sum(masters),
    replicas: await sum(replicas),
    api: await sum(apis),
    worker: await sum([worker]),
    postgres: await readTreeCpuSeconds(postgresPid),
  };
}

async function readAllBatches({ apis }: RunningService): Promise<{ changes: number; calls: number }> {
  const all = await Promise.all(apis.map(readBatches));
  return {
    changes: all.reduce((sum, { changes }) => sum + changes, 0),
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
  };
}

/** The board's scores add up to what was acknowledged, so no change was lost or counted twice. */
async function checkTotal({ board, url }: BoardPlace, generator: LoadGenerator | undefined): Promise<void> {
  const redis = new Redis(url);
  try {
    const flat = await redis.zrevrange(`lb:{${board}}:scores`, 0, -1, "WITHSCORES");
    const total = flat.reduce((sum, text, index) => (index % 2 === 1 ? sum + Number(text) : sum), 0);
    const acknowledged = generator?.acknowledgedTotal(board);
    if (total !== acknowledged) throw new Error(`${board}: ${acknowledged} acknowledged, but Redis has ${total}`);
  } finally {
    redis.disconnect();
  }
}
