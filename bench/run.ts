import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { runToEnd, type CleanUp } from "./clean-up.js";
import { divideCores } from "./cores.js";
import { startEnvironment } from "./environment.js";
import { allConnections } from "./goals.js";
import { LoadGenerator } from "./measure.js";
import { operations } from "./operations/index.js";
import { readPeakBytes } from "./process-usage.js";
import { machineFacts } from "./report-parts.js";
import { renderReport, renderResultsPicture, scheduleFacts } from "./report.js";
import { runRounds, type Schedule, type Series } from "./rounds.js";
import { begin } from "./setup.js";
import { targets, type RunningTarget } from "./targets.js";

const usage = "usage: npm run bench [-- --quick] [--target <id>]… [--operation <id>]…";
/** Starting the servers, and building if needed, take extra time. */
const full: Schedule = { rounds: 5, seconds: 540 };
const quick: Schedule = { rounds: 3, seconds: 160 };

const log = (line: string): void => console.error(line);

// `npm run bench`: compares our server with its peers, as ratios.
await runToEnd(async (cleanUp) => {
  const chosen = readArguments();
  const { loadBefore, elapsed } = await begin(log);
  const cores = await divideCores();
  log(`Starting Redis, PostgreSQL and ${chosen.targets.length} servers (${cores.description})…`);
  const environment = await startEnvironment(cores, cleanUp, log);
  const servers = await startServers(chosen.targets, environment, cleanUp);
  const generator = new LoadGenerator();
  cleanUp.add(() => generator.stop());

  const series = chosen.operations.flatMap((operation) =>
    allConnections.flatMap((connections) =>
      servers
        .filter(({ target }) => target.operations.includes(operation.id))
        .map((server): Series => ({ operation, server, connections, rounds: [], warmedBy: 0 })),
    ),
  );
  await runRounds(series, environment, generator, chosen.schedule, log);
  for (const server of servers) await checkTotal(server, generator.acknowledgedTotal(server.target.id));

  const peaks = await Promise.all(
    servers.map(async ({ target, pid }) => ({ target, bytes: await readPeakBytes(pid) })),
  );
  const facts = [...(await machineFacts(environment, loadBefore)), ...scheduleFacts(chosen.schedule)];
  const report = renderReport(series, peaks, facts);
  console.log(`\n${report}`);
  if (chosen.complete) {
    await writeFile(join(import.meta.dirname, "RESULTS.md"), report);
    await writeFile(join(import.meta.dirname, "results.svg"), renderResultsPicture(series));
  }
  log(`Done in ${elapsed()} s${chosen.complete ? "; written to bench/RESULTS.md" : ""}.`);
});

async function startServers(
  chosen: typeof targets,
  environment: Awaited<ReturnType<typeof startEnvironment>>,
  cleanUp: CleanUp,
): Promise<RunningTarget[]> {
  const servers: RunningTarget[] = [];
  for (const target of chosen) {
    const server = await target.start(environment);
    cleanUp.add(() => server.stop());
    servers.push(server);
  }
  return servers;
}

/** The last check: each server's scores in Redis add up to what it acknowledged, so none was lost or counted twice. */
async function checkTotal({ target, redisUrl, scoresKey }: RunningTarget, acknowledged: number): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    const flat = await redis.zrevrange(scoresKey, 0, -1, "WITHSCORES");
    const total = flat.reduce((sum, text, index) => (index % 2 === 1 ? sum + Number(text) : sum), 0);
    if (total !== acknowledged) throw new Error(`${target.id} acknowledged ${acknowledged}, but Redis has ${total}`);
  } finally {
    redis.disconnect();
  }
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      target: { type: "string", multiple: true },
      operation: { type: "string", multiple: true },
    },
  });
  return {
    schedule: values.quick ? quick : full,
    targets: choose(targets, values.target),
    operations: choose(operations, values.operation),
    complete: values.target === undefined && values.operation === undefined,
  };
}

function choose<T extends { id: string }>(all: readonly T[], ids: readonly string[] | undefined): readonly T[] {
  const unknown = ids?.find((id) => !all.some((one) => one.id === id));
  if (unknown !== undefined) throw new Error(`no "${unknown}" among ${all.map(({ id }) => id).join(", ")}\n${usage}`);
  return ids ? all.filter(({ id }) => ids.includes(id)) : all;
}
