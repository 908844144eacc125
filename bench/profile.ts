import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runToEnd } from "./clean-up.js";
import { divideCores } from "./cores.js";
import { sumUp, sumUpGroups, type CpuProfile, type FunctionTime } from "./cpu-profile.js";
import { startEnvironment } from "./environment.js";
import { LoadGenerator } from "./measure.js";
import { readCpuSeconds } from "./process-usage.js";
import { prepare } from "./setup.js";
import { standings } from "./targets.js";

const warmUpSeconds = 4;
const connections = 64;
const sampleMicros = 200;

// `npx tsx bench/profile.ts [--operation graphql-increment] [--seconds 6] [--top 15]`: shows where our server's
// processor time goes under load.
await runToEnd(async (cleanUp) => {
  const { values } = parseArgs({
    options: {
      operation: { type: "string", default: "graphql-increment" },
      seconds: { type: "string", default: "6" },
      top: { type: "string", default: "15" },
    },
  });
  const log = (line: string): void => console.error(line);
  await prepare(log);
  const environment = await startEnvironment(await divideCores(), cleanUp, log);
  const nodeArgs = ["--cpu-prof", `--cpu-prof-dir=${environment.dir}`, `--cpu-prof-interval=${sampleMicros}`];
  const server = await standings.start(environment, { nodeArgs });
  cleanUp.add(() => server.stop());
  const generator = new LoadGenerator();
  cleanUp.add(() => generator.stop());

  const order = { targetId: standings.id, operationId: values.operation, port: server.port, token: environment.token };
  // A read needs rows that were written before.
  await generator.run({ ...order, operationId: "rest-increment", connections, seconds: 0.1 });
  await generator.run({ ...order, connections, seconds: warmUpSeconds });
  const [from, cpuBefore] = [monotonicMicros(), await readCpuSeconds(server.pid)];
  const { requests } = await generator.run({ ...order, connections, seconds: Number(values.seconds) });
  const [to, cpuAfter] = [monotonicMicros(), await readCpuSeconds(server.pid)];
  await server.stop(); // writes the profile

  const functions = sumUp(await readProfile(environment.dir), from, to);
  const cpuMicros = ((cpuAfter - cpuBefore) * 1e6) / requests;
  console.log(`${requests} requests, ${cpuMicros.toFixed(1)} µs of CPU each, the profiler's own work included.`);
  printTables(functions, cpuMicros, Number(values.top));
});

/** Applies the samples' shares to the processor time: samples alone also count time in which other processes run. */
function printTables(functions: readonly FunctionTime[], cpuMicros: number, top: number): void {
  const sum = functions.reduce((total, { selfMicros }) => total + selfMicros, 0);
  const describe = (micros: number) =>
    `${((cpuMicros * micros) / sum).toFixed(2).padStart(8)} µs a request ${((100 * micros) / sum).toFixed(1).padStart(5)} %`;

  console.log(`\nBy package or folder, self time:`);
  for (const { group, selfMicros } of sumUpGroups(functions).slice(0, top))
    console.log(`${describe(selfMicros)}  ${group}`);
  console.log(`\nBy function, self time:`);
  const bySelf = functions.toSorted((a, b) => b.selfMicros - a.selfMicros).slice(0, top);
  for (const { name, place, selfMicros } of bySelf) console.log(`${describe(selfMicros)}  ${name}  ${place}`);
  console.log(`\nBy function, with all that it calls:`);
  const byTotal = functions.toSorted((a, b) => b.totalMicros - a.totalMicros).slice(0, 3 * top);
  for (const { name, place, totalMicros } of byTotal) console.log(`${describe(totalMicros)}  ${name}  ${place}`);
}

async function readProfile(folder: string): Promise<CpuProfile> {
  // The main thread's profile is written first and has thread 0 in its name.
  const name = (await readdir(folder)).find((file) => /^CPU\..*\.0\.\d+\.cpuprofile$/.test(file));
  if (name === undefined) throw new Error("the server wrote no profile");
  return JSON.parse(await readFile(join(folder, name), "utf8")) as CpuProfile;
}

/** The clock of V8's profiles, which the whole system shares. */
function monotonicMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
