import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { acquireLock } from "../stack/process-lock.mjs";
import { untilSignal } from "../until-signal.js";

/** The system that `npm run demo` or `npm run dev` starts and stops. */
export interface LocalSystem {
  start(): Promise<void>;
  /** Rejects when the signal comes, or when a part ends by itself. */
  untilFailure(): Promise<never>;
  stop(): Promise<void>;
}

/**
 * Starts everything, and stops everything on a signal, or with an error when a part ends by itself.
 * @param name for messages: "demo"
 * @param dir the folder of its data; the lock lies beside it, as the folder may be deleted
 * @param create receives the signal that ends a start that is under way
 * @param tellOfRunning is called when another process runs on the folder; returns whether it has told where
 * @throws Error when another process runs on the folder and nobody has told where
 */
export async function runLocally(
  name: string,
  dir: string,
  create: (signal: AbortSignal) => LocalSystem,
  tellOfRunning?: (pid: number) => Promise<boolean>,
): Promise<void> {
  const signal = untilSignal();
  await mkdir(dirname(dir), { recursive: true });
  const lock = acquireLock(`${dir}.lock`);
  if (!lock.acquired) {
    if (await tellOfRunning?.(lock.heldBy)) return;
    throw new Error(`Another ${name} runs on ${dir}, as process ${lock.heldBy}: stop that one first.`);
  }
  try {
    await run(create(signal), signal);
  } finally {
    lock.release();
  }
}

async function run(system: LocalSystem, signal: AbortSignal): Promise<void> {
  try {
    await system.start();
    await system.untilFailure();
  } catch (error) {
    if (!signal.aborted) throw error; // an aborted signal ended the step itself
  } finally {
    console.log("\nStopping…");
    await system.stop();
  }
  console.log("Stopped.");
}
