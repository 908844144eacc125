import { ApolloServerErrorCode } from "@apollo/server/errors";
import { GraphQLError, Kind, type GraphQLFormattedError } from "graphql";
import { toStandingsError, type StandingsError } from "../domain/errors.js";
import type { RequestOrigin } from "../observability/request-id.js";
import type { RequestLog } from "../observability/sampled-log.js";

/**
 * The catalogue's error behind one of GraphQL's. Undefined when GraphQL itself refused the document or its variables:
 * that is the caller's mistake and keeps GraphQL's message.
 */
function causeOf(error: unknown): StandingsError | undefined {
  let innermost = error;
  while (innermost instanceof GraphQLError && innermost.originalError) innermost = innermost.originalError;
  return innermost instanceof GraphQLError ? undefined : toStandingsError(innermost);
}

/** The error as a client sees it, over HTTP and WebSocket alike. `formatted` is GraphQL's own version of it. */
export function presentError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = causeOf(error);
  const { locations, path } = formatted;
  if (!cause) {
    if (!isBadVariable(error)) return formatted;
    return { ...formatted, extensions: { ...formatted.extensions, code: ApolloServerErrorCode.BAD_USER_INPUT } };
  }
  return {
    message: cause.message,
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: {
      code: cause.code,
      ...(cause.retryAfter !== undefined && { retryAfter: cause.retryAfter }),
    },
  };
}

const maxLoggedName = 100;

/** Whether GraphQL refused a document before it ran, or met an error while running it. */
export type Phase = "refuse" | "execute";

/** An error of graphql-js, or of a resolver, as a client sees it. */
export function formatError(error: GraphQLError, phase: Phase): GraphQLFormattedError {
  return presentError({ ...error.toJSON(), extensions: { code: codeOf(error, phase) } }, error);
}

/** Apollo Server's code for an error that is not the catalogue's. */
function codeOf(error: GraphQLError, phase: Phase): string {
  if (phase === "refuse") {
    const { code } = error.extensions;
    if (typeof code === "string") return code;
    return error.message.startsWith("Syntax Error")
      ? ApolloServerErrorCode.GRAPHQL_PARSE_FAILED
      : ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED;
  }
  return ApolloServerErrorCode.INTERNAL_SERVER_ERROR;
}

/** Kinds of values that may hold variables. */
const composed: ReadonlySet<string | undefined> = new Set([Kind.OBJECT, Kind.LIST]);

/**
 * Whether GraphQL refused a variable's value, when it came in or (null for a non-null argument, or for a non-null part
 * of one) when it is used. Literals were judged before, so a value that is refused while the operation runs holds a
 * variable.
 */
function isBadVariable(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false;
  const kind = error.nodes?.[0]?.kind;
  const isUsed = error.path !== undefined;
  return kind === Kind.VARIABLE_DEFINITION || kind === Kind.VARIABLE || (isUsed && composed.has(kind));
}

/** Logs a fault once, with its cause. Does not log the caller's own mistakes. */
export function logFault(
  logger: RequestLog,
  error: unknown,
  operation: string | null | undefined,
  request?: RequestOrigin,
): void {
  const cause = causeOf(error);
  if (!cause?.isUnloggedFault) return;
  // The client chooses the name, which may be as long as a document.
  logger.error({ err: cause, operation: operation?.slice(0, maxLoggedName), request }, "a GraphQL operation failed");
}

/** For a metric's label: codes come from the catalogue or from Apollo, never from a client. */
export function errorCode(error: unknown): string {
  const cause = causeOf(error);
  if (cause) return cause.code;
  const code = error instanceof GraphQLError ? error.extensions.code : undefined;
  return typeof code === "string" ? code : "GRAPHQL_ERROR";
}
