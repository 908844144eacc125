/**
 * Aborts at the first signal that asks this process to end; the process then ends when its work does. Later signals
 * change nothing: npm repeats a terminal's Ctrl-C, which must not cut short a stop that is under way.
 */
export function untilSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort(new Interrupted(signal)));
  }
  return controller.signal;
}

/** The reason with which an interrupted step rejects. */
export class Interrupted extends Error {
  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.name = "Interrupted";
  }
}
