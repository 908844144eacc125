import type { Quota } from "./rate-limit.js";

/**
 * The error catalogue: each way in which a request can fail stands here once. GraphQL over HTTP, GraphQL over WebSocket
 * and the REST shim are adapters over it, so a failure has the same code and the same message in all of them.
 */

const catalogue = {
  unauthenticated: { code: "UNAUTHENTICATED", restStatus: 401, message: "Invalid authentication token." },
  forbidden: { code: "FORBIDDEN", restStatus: 403, message: "This token's role does not allow this." },
  untrustedDocument: {
    code: "FORBIDDEN",
    restStatus: 403,
    message: "This server answers trusted documents only.",
  },
  badInput: { code: "BAD_USER_INPUT", restStatus: 400, message: "The input is not valid." },
  // Only REST has addresses of boards and players.
  notFound: { code: "BAD_USER_INPUT", restStatus: 404, message: "Not found." },
  rateLimited: { code: "RATE_LIMITED", restStatus: 429, message: "Too many increments. Slow down." },
  tooManyReads: {
    code: "RATE_LIMITED",
    restStatus: 429,
    message: "Too many requests without a token from this address. Slow down.",
  },
  tooManySubscriptions: {
    code: "RATE_LIMITED",
    restStatus: 429,
    message: "Too many different subscriptions are open. End some of them first.",
  },
  keyReused: {
    code: "IDEMPOTENCY_KEY_REUSED",
    restStatus: 422,
    message: "This idempotencyKey was used before with other arguments.",
  },
  seasonClosed: {
    code: "SEASON_CLOSED",
    restStatus: 409,
    message: "That season does not run. Nothing was changed.",
  },
  boardArchived: {
    code: "BOARD_ARCHIVED",
    restStatus: 409,
    message: "This board is archived: its scores stay as they are.",
  },
  standingsUnwritten: {
    code: "UNAVAILABLE",
    restStatus: 503,
    message: "The season's standings are being written; try again shortly.",
  },
  unknownOutcome: {
    code: "UNKNOWN_OUTCOME",
    restStatus: 500,
    message: "The change may or may not have been applied. Retry with the same idempotencyKey.",
  },
  recovering: {
    code: "RECOVERING",
    restStatus: 503,
    message: "The board is being recovered. Nothing was changed; try again shortly.",
  },
  storeFailed: {
    code: "UNAVAILABLE",
    restStatus: 500,
    message: "The scoreboard's storage does not answer. Nothing was changed; try again shortly.",
  },
  // Reads may stand below a mutation that has changed something.
  unreadable: {
    code: "RECOVERING",
    restStatus: 503,
    message: "The board is being recovered; try again shortly.",
  },
  unanswered: {
    code: "UNAVAILABLE",
    restStatus: 500,
    message: "The scoreboard's storage does not answer; try again shortly.",
  },
  overloaded: {
    code: "UNAVAILABLE",
    restStatus: 503,
    message: "The scoreboard is overloaded. Nothing was changed; try again shortly.",
  },
  tokenUnchecked: {
    code: "UNAVAILABLE",
    restStatus: 503,
    message: "The token can't be checked at present. Nothing was changed; try again shortly.",
  },
  brokerFailed: {
    code: "UNAVAILABLE",
    restStatus: 503,
    message: "The message broker does not answer. Nothing was accepted; try again shortly.",
  },
  queueOff: {
    code: "UNAVAILABLE",
    restStatus: 503,
    message: "This server has no message broker, so nothing was accepted. Update the score directly.",
  },
  shuttingDown: {
    code: "UNAVAILABLE",
    restStatus: 503,
    message: "The server is shutting down. Nothing was changed; try again.",
  },
  internal: { code: "INTERNAL_SERVER_ERROR", restStatus: 500, message: "Internal server error." },
} as const;

export type ErrorKind = keyof typeof catalogue;
export type ErrorCode = (typeof catalogue)[ErrorKind]["code"];

export interface ErrorDetails {
  /** Replaces the catalogue's message. The caller sees it, so never put a cause's text here: that goes to `cause`. */
  message?: string;
  /** Seconds after which another try makes sense. */
  retryAfter?: number;
  /** What is left of the limit that refused the change. */
  quota?: Quota | undefined;
  /** The internal error; for the log only. */
  cause?: unknown;
  /** The cause was logged where it happened, once for all the requests that it fails. */
  logged?: boolean;
}

/** A failure that the caller may see. Any other error is shown as `internal`. */
export class StandingsError extends Error {
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly restStatus: number;
  readonly retryAfter: number | undefined;
  readonly quota: Quota | undefined;
  readonly #logged: boolean;

  constructor(kind: ErrorKind, details: ErrorDetails = {}) {
    const entry = catalogue[kind];
    super(details.message ?? entry.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "StandingsError";
    this.kind = kind;
    this.quota = details.quota;
    this.#logged = details.logged ?? false;
    this.code = entry.code;
    this.restStatus = entry.restStatus;
    this.retryAfter = details.retryAfter ?? (entry.restStatus === 503 ? 1 : undefined);
  }

  /**
   * True for a fault that is still to be logged; false for the caller's own mistakes, and for a state of the whole
   * service (503), which is logged when it begins and not with every request that meets it.
   */
  get isUnloggedFault(): boolean {
    return this.restStatus === 500 && !this.#logged;
  }
}

/** A problem that an operator can fix. Its message says everything: a stack trace would add nothing. */
export class Obstacle extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "Obstacle";
  }
}

export function badInput(message: string): StandingsError {
  return new StandingsError("badInput", { message });
}

/** The catalogue's view of anything that was thrown. */
export function toStandingsError(error: unknown): StandingsError {
  return error instanceof StandingsError ? error : new StandingsError("internal", { cause: error });
}
