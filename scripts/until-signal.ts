/**
 * Aborted by the first signal that asks this process to end; the process then ends when its work does. Later signals
 * change nothing: npm repeats a terminal's Ctrl-C, and a stop that is under way must not be cut short by that.
 */
export function untilSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort(new Interrupted(signal)));
  }
  return controller.signal;
}

/** What an interrupted step is rejected with. */
export class Interrupted extends Error {
  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.name = "Interrupted";
  }
}
