import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runToEnd } from "../clean-up.js";
import { divideCores } from "../cores.js";
import { startEnvironment } from "../environment.js";
import { machineFacts } from "../report-parts.js";
import { begin } from "../setup.js";
import { standings } from "../targets.js";
import { measureFanOut, type FanOutMeasurement, type Step } from "./measure.js";
import { measureOverload } from "./overload.js";
import { measureOwnRows, type OwnRows } from "./own-rows.js";
import { renderFanOutReport, type FanOutSeries } from "./report.js";
import { fanOutTargets, type FanOutTarget } from "./targets.js";
import { ViewersProcess } from "./viewers-process.js";

/**
 * So few messages that the slowest server can send them in two thirds of its time: a slower one would be measured by
 * its queue.
 */
const steps: readonly Step[] = [
  { viewers: 1_000, intervalMs: 100 },
  { viewers: 4_000, intervalMs: 500 },
];
const full = { rounds: 3, seconds: 6, overloadSeconds: 15 };
const quick = { rounds: 1, seconds: 3, overloadSeconds: 6 };

const log = (line: string): void => console.error(line);

// `npm run bench:fanout [-- --quick] [--target <id>]…`: measures the cost of telling all viewers, beside the peers.
await runToEnd(async (cleanUp) => {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, target: { type: "string", multiple: true } },
  });
  const schedule = values.quick ? quick : full;
  const chosen = chooseTargets(values.target);
  const { loadBefore, elapsed } = await begin(log);
  const cores = await divideCores();
  const environment = await startEnvironment(cores, cleanUp, log);
  const viewers = new ViewersProcess();
  cleanUp.add(() => viewers.stop());

  const all = chosen.map((target): FanOutSeries => ({ target: target.target, rounds: [] }));
  const ownRows: OwnRows[] = [];
  for (let round = 0; round < schedule.rounds; round += 1) {
    // Every other round runs backwards, so that no server always follows the same one.
    const order = chosen.map((target, index) => ({ target, series: all[index] }));
    for (const { target, series } of round % 2 === 0 ? order : order.reverse()) {
      const { seconds } = schedule;
      const results = await measureFanOut(target, environment, viewers, { steps, seconds });
      log(`Round ${round + 1} of ${schedule.rounds}, ${target.target.id}: ${describe(results)}`);
      series?.rounds.push(results);
      if (target.target !== standings) continue;
      const own = await measureOwnRows(environment, viewers, { seconds });
      log(`Round ${round + 1} of ${schedule.rounds}, own rows: ${describe([own])}`);
      ownRows.push(own);
    }
  }
  const overload = chosen.some(({ target }) => target === standings)
    ? await measureOverload(environment, viewers, { seconds: schedule.overloadSeconds, log })
    : undefined;

  const facts = [
    ...(await machineFacts(environment, loadBefore)),
    `${schedule.rounds} ${schedule.rounds === 1 ? "round" : "rounds"}, servers in turns, each started anew; ` +
      `${schedule.seconds} s of changes at a time`,
  ];
  const report = renderFanOutReport({ all, ownRows, steps, overload, facts });
  console.log(`\n${report}`);
  const complete = values.target === undefined;
  if (complete) await writeFile(join(import.meta.dirname, "..", "FANOUT.md"), report);
  log(`Done in ${elapsed()} s${complete ? "; written to bench/FANOUT.md" : ""}.`);
});

function chooseTargets(ids: readonly string[] | undefined): readonly FanOutTarget[] {
  const known = fanOutTargets.map(({ target }) => target.id);
  const unknown = ids?.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new Error(`no "${unknown}" among ${known.join(", ")}`);
  return ids ? fanOutTargets.filter(({ target }) => ids.includes(target.id)) : fanOutTargets;
}

function describe(results: readonly Pick<FanOutMeasurement, "viewers" | "cpuMicros" | "bytesAViewer">[]): string {
  return results
    .map(
      ({ viewers, cpuMicros, bytesAViewer }) =>
        `${viewers} viewers ${cpuMicros.toFixed(1)} µs a message, ${(bytesAViewer / 1024).toFixed(1)} KB a viewer`,
    )
    .join("; ");
}
