import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readDemoOptions, usage, UsageError, type DemoOptions } from "./demo/options.js";
import { Demo } from "./demo/demo.js";
import { runScript } from "./run-script.js";
import { projectRoot } from "./stack.js";
import { acquireLock } from "./stack/process-lock.mjs";
import { untilSignal } from "./until-signal.js";

const exitUsage = 64;

// `npm run demo`: everything, from a fresh clone, until Ctrl-C.
await runScript(async () => {
  const options = readOptions();
  if (options === undefined) return exitUsage;
  const signal = untilSignal();
  const data = join(projectRoot, ".data");
  await mkdir(data, { recursive: true });
  // Beside the demo's folder, not in it: --fresh deletes the folder.
  const lock = acquireLock(join(data, "demo.lock"));
  if (!lock.acquired) throw new Error(`A demo is running already, as process ${lock.heldBy}: stop that one first.`);
  try {
    await runDemo(new Demo(join(data, "demo"), options, signal), signal);
    return 0;
  } finally {
    lock.release();
  }
});

function readOptions(): DemoOptions | undefined {
  try {
    return readDemoOptions(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return undefined;
  }
}

/** Starts everything and stops everything: on a signal, or with an error when a part of it ends by itself. */
async function runDemo(demo: Demo, signal: AbortSignal): Promise<void> {
  try {
    await demo.start();
    await demo.untilFailure();
  } catch (error) {
    if (!signal.aborted) throw error; // else the signal is what ended the unfinished step
  } finally {
    console.log("\nStopping…");
    await demo.stop();
  }
  console.log("Stopped.");
}
