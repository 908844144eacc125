import { join, resolve } from "node:path";
import { Dev } from "./dev/dev.js";
import { readDevOptions, usage } from "./dev/options.js";
import { exitUsage, readOptions } from "./local/command-line.js";
import { runLocally } from "./local/run-locally.js";
import { runScript } from "./run-script.js";
import { projectRoot } from "./stack.js";

// `npm run dev`: runs the service and the pages from their sources and applies each saved change, until Ctrl-C.
await runScript(async () => {
  const options = readOptions(() => readDevOptions(process.argv.slice(2)), usage);
  if (options === undefined) return exitUsage;
  const dir = options.data === undefined ? join(projectRoot, ".data", "dev") : resolve(options.data);
  await runLocally("dev", dir, (signal) => new Dev(dir, options, signal));
  return 0;
});
