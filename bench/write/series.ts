import { Leaderboard } from "../../src/standings/leaderboard.js";
import { WorkSet } from "../../src/standings/work-set.js";
import { board, logger, type BenchBoard } from "./bench-board.js";
import { applyBatch, randomChanges, type ChangeOptions } from "./random-changes.js";
import { players, type Work, type WriteSeries } from "./measure.js";

const inFlight = 256;
const largeBatch = 128;
const batchSizes = [8, 64, 128];
const requestTimeoutMs = 4_500;

/** The ratios compare with it: the least that a sorted set needs for as many changes. */
export const reference = series(`${inFlight} ZINCRBY in a pipeline, one pipeline at a time`, pipelines);

export const throughLeaderboard = series(`Leaderboard, ${inFlight} callers`, callers({}));
export const throughLeaderboardKeyed = series(`Leaderboard, ${inFlight} callers, keys`, callers({ keyed: true }));

export const fullLoad: readonly WriteSeries[] = [
  reference,
  series(`applyBatch, ${inFlight / largeBatch} × ${largeBatch} at a time`, batches(largeBatch, inFlight, {})),
  series(
    `applyBatch, ${inFlight / largeBatch} × ${largeBatch} at a time, keys`,
    batches(largeBatch, inFlight, { keyed: true }),
  ),
  throughLeaderboard,
  throughLeaderboardKeyed,
  series(`Leaderboard, ${inFlight} callers, ranks`, callers({ ranked: true })),
  series(`Leaderboard, ${inFlight} callers, keys, ranks`, callers({ keyed: true, ranked: true })),
];

/** One batch at a time. */
export const bySize: readonly WriteSeries[] = batchSizes.flatMap((size) =>
  [{}, { ranked: true }, { keyed: true }, { keyed: true, ranked: true }].map((options) =>
    series(`batches of ${size}${describe(options)}`, batches(size, size, options)),
  ),
);

function series(title: string, run: WriteSeries["run"]): WriteSeries {
  return { title, run, rounds: [] };
}

function describe({ keyed, ranked }: Omit<ChangeOptions, "players">): string {
  return `${keyed === true ? ", keys" : ""}${ranked === true ? ", ranks" : ""}`;
}

async function pipelines({ client }: BenchBoard, until: number): Promise<Work> {
  const next = randomChanges({ players });
  let calls = 0;
  for (; performance.now() < until; calls += 1) {
    const pipeline = client.pipeline();
    for (let command = 0; command < inFlight; command += 1) {
      const { userId, amount } = next();
      pipeline.zincrby("leaderboard", amount, userId);
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }
  return { changes: calls * inFlight, calls };
}

/** Batches, as many at a time as make `underWay` changes. */
function batches(size: number, underWay: number, options: Omit<ChangeOptions, "players">): WriteSeries["run"] {
  return async (target, until) => {
    const next = randomChanges({ players, ...options });
    let calls = 0;
    const lane = async () => {
      for (; performance.now() < until; calls += 1) await applyBatch(target, next, size);
    };
    await Promise.all(Array.from({ length: underWay / size }, lane));
    await target.expectRevision(calls * size);
    return { changes: calls * size, calls };
  };
}

/** Callers of the leaderboard that each wait for the answer to their change before they make the next one. */
function callers(options: Omit<ChangeOptions, "players">): WriteSeries["run"] {
  return async (target, until) => {
    const next = randomChanges({ players, ...options });
    const leaderboard = new Leaderboard(target.store, {
      work: new WorkSet(target.client),
      whenDurable: undefined,
      timeoutMs: requestTimeoutMs,
      isFull: () => false,
      logger,
    });
    let [changes, calls] = [0, 0];
    leaderboard.changes.on("batch", () => (calls += 1));
    const caller = async () => {
      for (; performance.now() < until; changes += 1) await leaderboard.increment(board, next());
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
    await target.expectRevision(changes);
    return { changes, calls };
  };
}
