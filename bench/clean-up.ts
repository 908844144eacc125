import { setTimeout as delay } from "node:timers/promises";
import { runScript } from "../scripts/run-script.js";

/** Steps that stop what a run has started, the newest first, however the run ends. */
export class CleanUp {
  readonly #steps: (() => Promise<unknown>)[] = [];
  #running: Promise<void> | undefined;

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Steps for a part of the run, which may run earlier. */
  part(): CleanUp {
    const part = new CleanUp();
    this.add(() => part.run());
    return part;
  }

  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (;;) {
      const step = this.#steps.pop();
      if (!step) return;
      // A step that fails must not keep the others from running.
      await step().catch((error: unknown) => console.error(error));
    }
  }
}

/** Shells count the same way: 128 plus the signal's number. */
const exitCodes = [
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

/**
 * Runs a command's work until it is done or a signal comes, stops everything that it started, and ends the process.
 *
 * @param longestSeconds the run fails after this time, as something must hang
 */
export function runToEnd(work: (cleanUp: CleanUp) => Promise<void>, longestSeconds = 1_800): Promise<never> {
  return runScript(async () => {
    const cleanUp = new CleanUp();
    const signalled = new Promise<number>((resolve) => {
      for (const [signal, code] of exitCodes) process.once(signal, () => resolve(code));
    });
    const worked = work(cleanUp).then(() => 0);
    const late = delay(longestSeconds * 1_000, undefined, { ref: false }).then(() => {
      throw new Error(`not done after ${longestSeconds} s`);
    });
    try {
      return await Promise.race([worked, signalled, late]);
    } finally {
      worked.catch(() => undefined); // The work breaks because it is being stopped: nothing to report.
      await cleanUp.run();
    }
  });
}
