import { Obstacle, StandingsError } from "../domain/errors.js";
import { withoutSecrets } from "./redaction.js";

export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly cause?: LoggedError;
  readonly errors?: readonly LoggedError[];
  readonly stack?: string;
}

const maxDepth = 5;
/** Several boards or addresses may fail at once; further errors would say nothing new. */
const maxErrors = 5;

/** Codes of the system, the network, TLS, HTTP and PostgreSQL: the fault is outside this process. */
const outsideCodes =
  /^(E[A-Z]+|EAI_[A-Z]+|ERR_(TLS|SSL|HTTP)_.*|HPE_.*|UND_ERR_.*|FST_.*|.*CERT.*|UNABLE_TO_.*|[0-9A-Z]{5}|P1\d{3})$/;
/** Errors of Redis, its client, PostgreSQL's driver, and the message broker's client. */
const outsideNames = /^(ReplyError|MaxRetriesPerRequestError|ClusterAllFailedError|AMQP\w*Error)$/;
const outsideMessages =
  /^(Connection is closed|Command timed out|Stream isn't writeable|Cluster isn't ready|Connection terminated|None of startup nodes)/;

/**
 * The parts of an error that are logged, and no others: libraries attach secrets to their errors, such as all arguments
 * of a refused Redis command, the password of AUTH among them. Only the innermost error shows its stack, and not if its
 * cause is outside this process.
 */
export function describeError(thrown: unknown, depth = 0): LoggedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: withoutSecrets(String(thrown)) };
  const { cause } = thrown;
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  const errors: readonly unknown[] = thrown instanceof AggregateError ? thrown.errors.slice(0, maxErrors) : [];
  const deeper = depth < maxDepth && (cause instanceof Error || errors.length > 0);
  return {
    type: thrown.name,
    message: withoutSecrets(thrown.message),
    ...(code !== undefined && { code }),
    ...(deeper && cause instanceof Error && { cause: describeError(cause, depth + 1) }),
    ...(deeper && errors.length > 0 && { errors: errors.map((error) => describeError(error, depth + 1)) }),
    ...(!deeper && !isOutside(thrown, code) && thrown.stack && { stack: withoutSecrets(thrown.stack) }),
  };
}

function isOutside(error: Error, code: string | undefined): boolean {
  return (
    error instanceof Obstacle ||
    (error instanceof StandingsError && error.kind !== "internal") ||
    outsideNames.test(error.name) ||
    outsideMessages.test(error.message) ||
    (code !== undefined && outsideCodes.test(code))
  );
}
