import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findRedis, startRedis } from "../../scripts/stack.js";
import { runToEnd, type CleanUp } from "../clean-up.js";
import { divideCores, type Cores } from "../cores.js";
import { startEnvironment } from "../environment.js";
import { machineFacts } from "../report-parts.js";
import { begin } from "../setup.js";
import { BenchBoard } from "./bench-board.js";
import { measureHttpBatches } from "./http-batches.js";
import { measureKeyMemory, measureWrites } from "./measure.js";
import { renderWriteReport } from "./report.js";
import { bySize, fullLoad } from "./series.js";

const full = { rounds: 7, seconds: 0.35, records: 50_000, http: { rounds: 3, seconds: 2 } };
const quick = { rounds: 2, seconds: 0.3, records: 50_000, http: { rounds: 1, seconds: 2 } };

const log = (line: string): void => console.error(line);

// `npm run bench:write [-- --quick]`: measures what a change costs Redis, beside a bare ZINCRBY.
await runToEnd(async (cleanUp) => {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  const schedule = values.quick ? quick : full;
  const { loadBefore, elapsed } = await begin(log);
  const cores = await divideCores();
  const keyBytes = await measureStore(cores, cleanUp, schedule);
  log("Batches over HTTP…");
  const environment = await startEnvironment(cores, cleanUp, log);
  const http = await measureHttpBatches(environment, cleanUp, schedule.http);

  const facts = [
    ...(await machineFacts(environment, loadBefore)),
    "for all but the batches over REST: Redis on the servers' core, its client on the other one",
    `${schedule.rounds} rounds, all series in turns, ${schedule.seconds} s at a time, each from an empty outbox on`,
  ];
  const report = renderWriteReport({ facts, keyBytes, http });
  console.log(`\n${report}`);
  await writeFile(join(import.meta.dirname, "..", "WRITE.md"), report);
  log(`Done in ${elapsed()} s; written to bench/WRITE.md.`);
});

/** Measures all series on a Redis of their own. @returns the memory of an idempotency record, in bytes */
async function measureStore(cores: Cores, outer: CleanUp, { rounds, seconds, records }: typeof full): Promise<number> {
  const cleanUp = outer.part();
  const dir = await mkdtemp(join(tmpdir(), "standings-write-"));
  cleanUp.add(() => rm(dir, { recursive: true, force: true }));
  const args = ["--auto-aof-rewrite-percentage", "0"];
  const redis = await startRedis({ dir, persistent: true, binary: await findRedis({ log }), args });
  cleanUp.add(() => redis.stop());
  await cores.moveToServer(redis.pid);
  const target = await BenchBoard.connect(redis.url, cleanUp);

  const all = [...fullLoad, ...bySize];
  log(`Warming up ${all.length} series…`);
  for (const series of all) await measureWrites(target, series, seconds);
  for (let round = 0; round < rounds; round += 1) {
    // Every other round runs backwards, so that no series always follows the same one.
    for (const series of round % 2 === 0 ? all : all.toReversed()) {
      series.rounds[round] = await measureWrites(target, series, seconds);
    }
    const figures = all.map(({ rounds: results }) => results[round]?.redisMicros.toFixed(1));
    log(`Round ${round + 1} of ${rounds}, µs: ${figures.join(", ")}`);
  }
  const keyBytes = await measureKeyMemory(target, records);
  await cleanUp.run();
  return keyBytes;
}
