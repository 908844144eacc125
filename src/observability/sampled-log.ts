import type { Logger } from "./logger.js";

/** One line of each kind in this time. */
const quietMs = 10_000;

interface Kind {
  loggedAt: number;
  leftOut: number;
}

export interface LogDetails {
  err: unknown;
  /** What failed: a name of bounded length. */
  operation?: string | undefined;
}

/** For what a stranger's request can set off as often as it likes. */
export interface RequestLog {
  debug(details: LogDetails, message: string): void;
  error(details: LogDetails, message: string): void;
}

/**
 * Logs at most one line of a kind every ten seconds, and with it how many were left out meanwhile. What of an error is
 * logged is for the logger to say.
 */
export class SampledLog implements RequestLog {
  readonly #logger: Logger;
  readonly #now: () => number;
  /** Bounded: keyed by constants of the code and by error codes. */
  readonly #kinds = new Map<string, Kind>();

  /** @param now in milliseconds, of a clock that never goes back */
  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  debug(details: LogDetails, message: string): void {
    if (this.#logger.isLevelEnabled("debug")) this.#write("debug", details, message);
  }

  error(details: LogDetails, message: string): void {
    this.#write("error", details, message);
  }

  #write(level: "debug" | "error", { err, ...others }: LogDetails, message: string): void {
    const now = this.#now();
    const key = [message, codeOf(err), err instanceof Error && err.cause !== undefined ? codeOf(err.cause) : ""].join();
    const kind = this.#kinds.get(key);
    if (kind && now - kind.loggedAt < quietMs) {
      kind.leftOut += 1;
      return;
    }
    this.#kinds.set(key, { loggedAt: now, leftOut: 0 });
    this.#logger[level]({ err, ...others, ...(kind && { leftOut: kind.leftOut }) }, message);
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
