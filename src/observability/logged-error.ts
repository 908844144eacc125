import { Obstacle, StandingsError } from "../domain/errors.js";

export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly cause?: LoggedError;
  readonly errors?: readonly LoggedError[];
  readonly stack?: string;
}

const maxDepth = 5;
/** Several boards or addresses may fail at once; more of them tell nothing new. */
const maxErrors = 5;

/** Codes of the system and the network, of TLS, of HTTP, and of PostgreSQL: something outside is not as it should be. */
const outsideCodes =
  /^(E[A-Z]+|EAI_[A-Z]+|ERR_(TLS|SSL|HTTP)_.*|HPE_.*|FST_.*|.*CERT.*|UNABLE_TO_.*|[0-9A-Z]{5}|P1\d{3})$/;
/** Redis' own words, those of its client, and those of PostgreSQL's driver. */
const outsideNames = /^(ReplyError|MaxRetriesPerRequestError|ClusterAllFailedError|AMQP\w*Error)$/;
const outsideMessages =
  /^(Connection is closed|Command timed out|Stream isn't writeable|Cluster isn't ready|Connection terminated|None of startup nodes)/;

/**
 * What of an error goes into the log. Only what is named here, as libraries hang more on their errors than anybody should
 * read: of a refused Redis command all of its arguments, the password of AUTH among them. A stack is shown of the innermost
 * error, where it happened, and of none that an operator can mend.
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

/** URLs may hold a password, and Redis repeats the arguments of a command that it does not know. */
function withoutSecrets(text: string): string {
  return text.replace(/:\/\/[^\s/@]*@/g, "://[redacted]@").replace(/with args beginning with:.*/gs, "[redacted]");
}
