// Runs one of the project's commands from any state of the checkout, a fresh clone included. Plain JavaScript without
// dependencies, as it is what installs them. Of its own it writes to stderr only: `npm run --silent token` prints the
// token and nothing else.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dependenciesAreComplete, installDependencies } from "./install.mjs";

const oldestNode = [20, 19];
const exitUsage = 64;
const parentPollMs = 200;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * `script`: run through tsx. `program`: a JavaScript program of a package, with its first arguments.
 * `production`: needs no development dependencies, so that it works in an image without them.
 * @type {Record<string, { script?: string, program?: string, args?: string[], production?: boolean }>}
 */
const commands = {
  demo: { script: "scripts/demo.ts" },
  test: { program: "node_modules/vitest/vitest.mjs", args: ["run"] },
  "test-browser": {
    program: "node_modules/vitest/vitest.mjs",
    args: ["run", "--config", "vitest.browser.config.ts"],
  },
  "test-broker": {
    program: "node_modules/vitest/vitest.mjs",
    args: ["run", "--config", "vitest.broker.config.ts"],
  },
  "test-proxy": {
    program: "node_modules/vitest/vitest.mjs",
    args: ["run", "--config", "vitest.proxy.config.ts"],
  },
  build: { script: "scripts/build.ts" },
  migrate: { script: "scripts/migrate.ts", production: true },
  token: { script: "scripts/token.ts", production: true },
  check: { script: "scripts/check.ts", production: true },
  bench: { script: "bench/run.ts" },
};

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
  const production = command.production === true;
  if (!dependenciesAreComplete(root, { production })) await installDependencies(root, { production });
  await run(command, args);
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  console.error(`Standings needs Node.js ${oldestNode.join(".")} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/**
 * Npm runs us through a shell, and passes a signal to the shell, which dies of it and does not pass it on. We would go
 * on with nobody left to stop us. There is no event for a parent's death, hence the polling.
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
 * In this very process: signals, exit code and terminal are then the command's own, with nothing to forward (a terminal
 * sends Ctrl-C to parent and child alike, so that forwarding it would deliver it twice).
 * @param {{ script?: string, program?: string, args?: string[] }} command
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
