// Runs one of the project's commands from any state of the checkout, a fresh clone included. It installs the
// dependencies, so it is plain JavaScript and needs none itself. Its own messages go to stderr: `npm run --silent
// token` prints nothing but the token.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dependenciesAreComplete, installDependencies } from "./install.mjs";
import { ensurePrismaClient } from "./prisma-client.mjs";

const oldestNode = [20, 19];
const exitUsage = 64;
const parentPollMs = 200;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * `script`: a TypeScript file, run through tsx. `program`: a plain JavaScript file. `args`: the first arguments.
 * `built`: the compiled program for a production checkout, which has no development dependencies.
 * @typedef {{ script?: string, program?: string, args?: string[], built?: string }} Command
 */

/** @param {string} name */
const operators = (name) => ({ script: "src/cli.ts", args: [name], built: "dist/cli.js" });

/** @type {Record<string, Command>} */
const commands = {
  demo: { script: "scripts/demo.ts" },
  dev: { script: "scripts/dev.ts" },
  test: tests("unit", "integration", "faults"),
  "test-outages": tests("outages"),
  "test-fuzz": tests("fuzz"),
  "test-browser": tests("browser"),
  "test-broker": tests("broker"),
  "test-proxy": tests("proxy"),
  "test-monitoring": tests("monitoring"),
  build: { script: "scripts/build.ts" },
  icons: { script: "scripts/icons.ts" },
  pictures: { script: "scripts/pictures.ts" },
  migrate: operators("migrate"),
  token: operators("token"),
  board: operators("board"),
  check: operators("check"),
  bench: { script: "bench/run.ts" },
  "bench-fanout": { script: "bench/fanout/run.ts" },
  "bench-storage": { script: "bench/storage/run.ts" },
  "bench-write": { script: "bench/write/run.ts" },
  "bench-auth": { script: "bench/auth/run.ts" },
  "bench-scale": { script: "bench/scale/run.ts" },
  "bench-boards": { script: "bench/many-boards.ts" },
  "bench-face": { script: "bench/face/run.ts" },
};

/** @param {string[]} projects of vitest.config.ts */
function tests(...projects) {
  const args = ["run", ...projects.flatMap((name) => ["--project", name])];
  return { program: "node_modules/vitest/vitest.mjs", args };
}

async function main() {
  const [name = "", ...args] = process.argv.slice(2);
  refuseOldNode();
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(`Usage: node scripts/bootstrap.mjs <${Object.keys(commands).join("|")}> [arguments]`);
    process.exit(exitUsage);
  }
  process.chdir(root);
  if (process.env.npm_lifecycle_event !== undefined) endWithParent();
  const complete = dependenciesAreComplete(root);
  if (!complete && isProduction(command)) {
    await run({ ...command, program: command.built, script: undefined }, args);
    return;
  }
  if (!complete) await installDependencies(root);
  await ensurePrismaClient();
  await run(command, args);
}

/** @param {Command} command */
function isProduction({ built }) {
  return built !== undefined && existsSync(join(root, built)) && dependenciesAreComplete(root, { production: true });
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  console.error(`Standings needs Node.js ${oldestNode.join(".")} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/**
 * npm starts this process through a shell. The shell dies of a signal and does not pass it on, so this process would
 * keep running with no one left to stop it. Node reports no event when a parent dies, hence the polling.
 */
function endWithParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, parentPollMs);
  timer.unref();
}

/**
 * Runs the command in this process, so the command owns the signals, the exit code and the terminal. Nothing has to be
 * forwarded: a terminal sends Ctrl-C to parent and child alike, so a forwarded one would arrive twice.
 * @param {Command} command
 * @param {string[]} args
 */
async function run(command, args) {
  const file = join(root, command.script ?? command.program ?? "");
  if (!existsSync(file)) {
    console.error(`There is no ${file}: is this a complete checkout?`);
    process.exit(1);
  }
  process.argv = [process.execPath, file, ...(command.args ?? []), ...args];
  if (command.script !== undefined) {
    const { register } = await import("tsx/esm/api");
    register();
  }
  await import(pathToFileURL(file).href);
}

await main();
