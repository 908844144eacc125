import type { Logger } from "./logger.js";
import { requestIdOf, type RequestOrigin } from "./request-id.js";

/** At most one line of each kind is logged in this time. */
const quietMs = 10_000;

interface Kind {
  loggedAt: number;
  leftOut: number;
}

export interface LogDetails {
  err?: unknown;
  /** The name of the failed operation, of limited length. */
  operation?: string | undefined;
  /** The request that the event belongs to. */
  request?: RequestOrigin | undefined;
  /** Anything else that a line may show. */
  [name: string]: unknown;
}

/** A log for events that a stranger, or a part that is out of order, can cause as often as it likes. */
export interface RequestLog {
  debug(details: LogDetails, message: string): void;
  warn(details: LogDetails, message: string): void;
  error(details: LogDetails, message: string): void;
}

/**
 * Logs at most one line of a kind every ten seconds, with the number of lines left out since. The logger decides which
 * parts of an error are logged.
 */
export class SampledLog implements RequestLog {
  readonly #logger: Logger;
  readonly #now: () => number;
  /** Limited in size, because the keys are constants of the code and error codes. */
  readonly #kinds = new Map<string, Kind>();

  /** @param now in milliseconds, of a clock that never goes back */
  constructor(logger: Logger, now: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#now = now;
  }

  debug(details: LogDetails, message: string): void {
    if (this.#logger.isLevelEnabled("debug")) this.#write("debug", details, message);
  }

  warn(details: LogDetails, message: string): void {
    this.#write("warn", details, message);
  }

  error(details: LogDetails, message: string): void {
    this.#write("error", details, message);
  }

  #write(level: "debug" | "warn" | "error", { err, request, ...others }: LogDetails, message: string): void {
    const now = this.#now();
    const key = [message, codeOf(err), err instanceof Error && err.cause !== undefined ? codeOf(err.cause) : ""].join();
    const kind = this.#kinds.get(key);
    if (kind && now - kind.loggedAt < quietMs) {
      kind.leftOut += 1;
      return;
    }
    this.#kinds.set(key, { loggedAt: now, leftOut: 0 });
    this.#logger[level](
      {
        ...(err !== undefined && { err }),
        ...(request && { requestId: requestIdOf(request) }),
        ...others,
        ...(kind && { leftOut: kind.leftOut }),
      },
      message,
    );
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
