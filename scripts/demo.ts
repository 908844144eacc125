import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Demo, welcomeFile } from "./demo/demo.js";
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
  await runLocally("demo", dir, (signal) => new Demo(dir, options, signal), tellOfRunning);
  return 0;

  /** @returns whether it serves already */
  async function tellOfRunning(pid: number): Promise<boolean> {
    const text = await readFile(welcomeFile(dir), "utf8").catch(() => undefined);
    if (text === undefined || options?.fresh) return false;
    console.log(`The demo runs already, as process ${pid}. This is what it said:\n${text}`);
    return true;
  }
});
