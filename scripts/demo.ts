import { join } from "node:path";
import { Demo } from "./demo/demo.js";
import { readDemoOptions, usage } from "./demo/options.js";
import { exitUsage, readOptions } from "./local/command-line.js";
import { runLocally } from "./local/run-locally.js";
import { runScript } from "./run-script.js";
import { projectRoot } from "./stack.js";

// `npm run demo`: starts everything, from a fresh clone, and runs until Ctrl-C.
await runScript(async () => {
  const options = readOptions(() => readDemoOptions(process.argv.slice(2), process.env), usage);
  if (options === undefined) return exitUsage;
  const dir = join(projectRoot, ".data", "demo");
  await runLocally("demo", dir, (signal) => new Demo(dir, options, signal));
  return 0;
});
