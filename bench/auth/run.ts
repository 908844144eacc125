import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { runToEnd, type CleanUp } from "../clean-up.js";
import { divideCores } from "../cores.js";
import { startEnvironment, type Environment } from "../environment.js";
import { LoadGenerator, measure, type Measurement } from "../measure.js";
import { graphqlIncrement } from "../operations/graphql-increment.js";
import { productVariables, startRole, type Variables } from "../product.js";
import { machineFacts } from "../report-parts.js";
import { warmUpRequests } from "../rounds.js";
import { prepare } from "../setup.js";
import { standings, type RunningTarget } from "../targets.js";
import { startKeyService } from "./key-service.js";
import { renderAuthReport, type TokenSeries } from "./report.js";

const full = { rounds: 9, seconds: 4 };
const quick = { rounds: 3, seconds: 2 };
const connections = 64;

const log = (line: string): void => console.error(line);

// `npm run bench:auth [-- --quick]`: compares the same increment with tokens of each kind.
await runToEnd(async (cleanUp) => {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  if (process.platform !== "linux")
    throw new Error("The benchmarks read processor times from /proc; only Linux has it.");
  const { rounds, seconds } = values.quick ? quick : full;
  const started = performance.now();
  const [loadBefore = NaN] = loadavg();
  await prepare(log);
  const environment = await startEnvironment(await divideCores(), cleanUp, log);
  const all = await startSeries(environment, cleanUp);
  const generator = new LoadGenerator();
  cleanUp.add(() => generator.stop());
  const run = (series: TokenSeries, duration: number): Promise<Measurement> => {
    const order = { operationId: graphqlIncrement.id, connections, seconds: duration };
    return measure(series.server, { ...environment, token: series.token }, generator, order);
  };

  log("Warming up…");
  for (const series of all) {
    for (let requests = 0; requests < warmUpRequests;) requests += (await run(series, 1)).requests;
  }
  for (let round = 0; round < rounds; round += 1) {
    // Every other round runs backwards, so that no series always follows the same one.
    for (const series of round % 2 === 0 ? all : all.toReversed()) series.rounds[round] = await run(series, seconds);
    log(
      `Round ${round + 1} of ${rounds}, µs: ${all.map((each) => each.rounds[round]?.cpuMicros.toFixed(1)).join(", ")}`,
    );
  }
  const facts = [
    ...(await machineFacts(environment, loadBefore)),
    `${rounds} rounds of ${seconds} s, all series in turns; ${graphqlIncrement.title}, ${connections} connections`,
  ];
  const report = renderAuthReport(facts, all);
  console.log(`\n${report}`);
  await writeFile(join(import.meta.dirname, "..", "AUTH.md"), report);
  log(`Done in ${((performance.now() - started) / 1_000).toFixed(0)} s; written to bench/AUTH.md.`);
});

/** All API processes work on the same board, with one worker. The first series is the reference. */
async function startSeries(environment: Environment, cleanUp: CleanUp): Promise<TokenSeries[]> {
  const secretAlone = productVariables(environment, environment.redis.url);
  const worker = await startRole("worker", environment, { name: "worker", variables: secretAlone });
  cleanUp.add(() => worker.stop());
  const keys = await startKeyService(cleanUp);
  const both = { ...secretAlone, JWT_JWKS_URL: keys.url };
  const serviceAlone = { ...both, JWT_SECRET: "" };
  const start = (name: string, variables: Variables) => startApi(environment, name, variables, cleanUp);
  const [bySecret, byService, byBoth] = [
    await start("secret", secretAlone),
    await start("service", serviceAlone),
    await start("both", both),
  ];
  const secretToken = environment.token;
  const storedToken = await createStoredToken(secretAlone);
  return [
    { title: "`JWT_SECRET` alone", server: bySecret, token: secretToken, rounds: [] },
    { title: "the same process, a stored token", server: bySecret, token: storedToken, rounds: [] },
    { title: "`JWT_JWKS_URL` alone (RS256)", server: byService, token: keys.token, rounds: [] },
    { title: "both, a token of the secret", server: byBoth, token: secretToken, rounds: [] },
    { title: "both, a token of the service", server: byBoth, token: keys.token, rounds: [] },
  ];
}

/** Uses the command that operators use. It prints the token, then its id. */
async function createStoredToken(variables: Variables): Promise<string> {
  const cli = join(import.meta.dirname, "..", "..", "dist", "cli.js");
  const args = [cli, "token", "create", "--sub", "bench", "--role", "service"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...variables } });
  return stdout.split("\n")[0] ?? "";
}

async function startApi(
  environment: Environment,
  name: string,
  variables: Variables,
  cleanUp: CleanUp,
): Promise<RunningTarget> {
  const api = await startRole("api", environment, { name, variables, pinned: true });
  cleanUp.add(() => api.stop());
  await api.untilReady();
  const { port, pid } = api;
  const scores = { redisUrl: environment.redis.url, scoresKey: "lb:{main}:scores" };
  return { target: standings, port, pid, ...scores, stop: () => api.stop() };
}
