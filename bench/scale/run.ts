import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runToEnd } from "../clean-up.js";
import { divideCores, sharedCores } from "../cores.js";
import { startEnvironment } from "../environment.js";
import { machineFacts } from "../report-parts.js";
import { begin } from "../setup.js";
import { measureGrowth } from "./growth.js";
import { measureBoards, type ScaleMeasurement } from "./measure.js";
import { renderScaleReport } from "./report.js";
import { singleStore, startClusterStore } from "./stores.js";

const boardCounts = [1, 2, 4];
const full = { seconds: 4, sizes: [1e3, 1e4, 1e5, 1e6, 1e7], growth: { rounds: 3, seconds: 0.5 } };
const quick = { seconds: 2, sizes: [1e3, 1e4, 1e5], growth: { rounds: 1, seconds: 0.5 } };

const log = (line: string): void => console.error(line);

// `npm run bench:scale [-- --quick]`: measures more boards, processes and Redis servers, and larger boards.
await runToEnd(async (cleanUp) => {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  const schedule = values.quick ? quick : full;
  const { loadBefore, elapsed } = await begin(log);
  const services = cleanUp.part();
  const environment = await startEnvironment(sharedCores, services, log);

  const measured: ScaleMeasurement[] = [];
  const startStore = [() => Promise.resolve(singleStore(environment)), () => startClusterStore(environment, services)];
  for (const start of startStore) {
    const store = await start();
    for (const boards of boardCounts) {
      const result = await measureBoards(environment, store, { boards, seconds: schedule.seconds, cleanUp: services });
      log(`${store.title}, ${boards} boards: ${Math.round(result.perSecond)} changes a second`);
      measured.push(result);
    }
  }
  const facts = await machineFacts(environment, loadBefore);
  await services.run();

  const sizes = await measureGrowth(schedule.sizes, { cores: await divideCores(), ...schedule.growth, log }, cleanUp);
  const report = renderScaleReport(facts, measured, sizes);
  console.log(`\n${report}`);
  await writeFile(join(import.meta.dirname, "..", "SCALE.md"), report);
  log(`Done in ${elapsed()} s; written to bench/SCALE.md.`);
});
