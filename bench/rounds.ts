import type { Environment } from "./environment.js";
import { measure, type LoadGenerator, type Measurement } from "./measure.js";
import type { Operation } from "./operations/operation.js";
import { untilQuiet } from "./process-usage.js";
import type { RunningTarget } from "./targets.js";

/** One operation on one server over a number of connections, with the measurement of each round. */
export interface Series {
  readonly operation: Operation;
  readonly server: RunningTarget;
  readonly connections: number;
  readonly rounds: Measurement[];
  /** How many requests the server answered before the first round. */
  warmedBy: number;
}

export interface Schedule {
  readonly rounds: number;
  /**
   * The length of the whole run, warming up included: with more servers the windows get shorter, not the run longer.
   */
  readonly seconds: number;
}

/**
 * By then V8 has compiled the hot code. All servers get the same number: a slow one must not be measured colder than a
 * fast one.
 */
export const warmUpRequests = 5_000;
/** The longest share of the run for warming up. If a busy machine needs more, the report says so. */
const longestWarmUp = 0.45;
const [shortestWindow, longestWindow] = [0.7, 5];

/**
 * Measures all series in turns, over several rounds: a slow spell of the machine then affects all servers, and each
 * round gives a ratio. Every other round runs backwards, so that no server always follows the same one.
 */
export async function runRounds(
  all: readonly Series[],
  environment: Environment,
  generator: LoadGenerator,
  { rounds, seconds }: Schedule,
  log: (line: string) => void,
): Promise<void> {
  const endsAt = secondsNow() + seconds;
  log(`Warming up ${all.length} series…`);
  await warmUp(all, environment, generator, secondsNow() + longestWarmUp * seconds);

  // The time that a measurement takes beyond its window, as seen so far.
  let overhead = all.reduce((sum, { server }) => sum + server.target.settleMs / 1_000 + 0.2, 0) / all.length;
  for (let round = 0; round < rounds; round += 1) {
    const share = (endsAt - secondsNow()) / (rounds - round) / all.length;
    const window = Math.min(longestWindow, Math.max(shortestWindow, share - overhead));
    const start = secondsNow();
    for (const { operation, server, connections, rounds: results } of round % 2 === 0 ? all : all.toReversed()) {
      const order = { operationId: operation.id, connections, seconds: window };
      results[round] = await measure(server, environment, generator, order);
    }
    overhead = (secondsNow() - start) / all.length - window;
    log(`Round ${round + 1} of ${rounds}, windows of ${window.toFixed(1)} s, µs: ${describe(all, round)}`);
  }
}

/** Each operation is warmed up once, with however many connections the server is measured. */
async function warmUp(
  all: readonly Series[],
  { token }: Environment,
  generator: LoadGenerator,
  until: number,
): Promise<void> {
  const first = all.filter((series, index) => all.findIndex((other) => isSameWork(series, other)) === index);
  for (const [index, { operation, server, connections }] of first.entries()) {
    const deadline = secondsNow() + (until - secondsNow()) / (first.length - index);
    const order = { targetId: server.target.id, port: server.port, token, connections };
    // A read needs rows that were written before.
    const [increment = operation.id] = server.target.operations;
    await generator.run({ ...order, operationId: increment, seconds: 0.1 });
    let requests = 0;
    while (requests < warmUpRequests && secondsNow() < deadline) {
      requests += (await generator.run({ ...order, operationId: operation.id, seconds: 0.5 })).requests;
    }
    for (const series of all) if (isSameWork(series, { operation, server })) series.warmedBy = requests;
    await untilQuiet(server.pid, server.target.settleMs);
  }
}

type Work = Pick<Series, "operation" | "server">;

function isSameWork(one: Work, other: Work): boolean {
  return one.operation === other.operation && one.server === other.server;
}

function describe(all: readonly Series[], round: number): string {
  return all
    .map(
      ({ server, operation, connections, rounds }) =>
        `${server.target.id} ${operation.id} ${connections}: ${rounds[round]?.cpuMicros.toFixed(0)}`,
    )
    .join(", ");
}

function secondsNow(): number {
  return performance.now() / 1_000;
}
