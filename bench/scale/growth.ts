import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "../../scripts/stack.js";
import type { CleanUp } from "../clean-up.js";
import type { Cores } from "../cores.js";
import { readRedisUsage } from "../redis-usage.js";
import { median } from "../report-parts.js";
import { BenchBoard } from "../write/bench-board.js";
import { applyBatch, randomChanges } from "../write/random-changes.js";

export interface BoardSize {
  readonly players: number;
  readonly bytesAPlayer: number;
  /** Processor time of Redis for a change, in microseconds: the median of the rounds. */
  readonly micros: number;
  /** The same for changes that ask for the rank. */
  readonly rankedMicros: number;
}

export const batch = 128;
const warmUpChanges = 50 * batch;

/** Measures changes of random players on one board that grows from one size to the next. */
export async function measureGrowth(
  sizes: readonly number[],
  { cores, rounds, seconds, log }: { cores: Cores; rounds: number; seconds: number; log: (line: string) => void },
  outer: CleanUp,
): Promise<BoardSize[]> {
  const cleanUp = outer.part();
  const dir = await mkdtemp(join(tmpdir(), "standings-growth-"));
  cleanUp.add(() => rm(dir, { recursive: true, force: true }));
  const redis = await startRedis({ dir, persistent: true, args: ["--auto-aof-rewrite-percentage", "0"] });
  cleanUp.add(() => redis.stop());
  await cores.moveToServer(redis.pid);
  const target = await BenchBoard.connect(redis.url, cleanUp);
  await target.reset();

  const measured: BoardSize[] = [];
  let [before, boardBytes] = [0, 0];
  for (const players of sizes) {
    log(`Filling the board to ${players.toLocaleString("en")} players…`);
    boardBytes += await fill(target, before, players);
    before = players;
    const results = { plain: [] as number[], ranked: [] as number[] };
    await writeFor(target, { players, ranked: true, changes: warmUpChanges });
    for (let round = 0; round < rounds; round += 1) {
      results.plain.push(await writeFor(target, { players, ranked: false, seconds }));
      results.ranked.push(await writeFor(target, { players, ranked: true, seconds }));
    }
    measured.push({
      players,
      bytesAPlayer: boardBytes / players,
      micros: median(results.plain),
      rankedMicros: median(results.ranked),
    });
  }
  await cleanUp.run();
  return measured;
}

/** @returns the memory that the players took, in bytes */
async function fill(target: BenchBoard, from: number, to: number): Promise<number> {
  await target.dropOutbox();
  const { memoryBytes } = await readRedisUsage(target.client);
  // Ten million rows need not be synced batch by batch.
  await target.client.config("SET", "appendfsync", "no");
  await target.addPlayers(from, to);
  await target.client.config("SET", "appendfsync", "always");
  return (await readRedisUsage(target.client)).memoryBytes - memoryBytes;
}

interface Writes {
  readonly players: number;
  readonly ranked: boolean;
  readonly seconds?: number;
  readonly changes?: number;
}

/** Writes one batch after the other. @returns processor time of Redis for a change, in microseconds */
async function writeFor(
  target: BenchBoard,
  { players, ranked, seconds = Infinity, changes = Infinity }: Writes,
): Promise<number> {
  const next = randomChanges({ players, ranked });
  const { cpuMicros } = await readRedisUsage(target.client);
  const until = performance.now() + 1_000 * seconds;
  let made = 0;
  for (; made < changes && performance.now() < until; made += batch) await applyBatch(target, next, batch);
  return ((await readRedisUsage(target.client)).cpuMicros - cpuMicros) / made;
}
