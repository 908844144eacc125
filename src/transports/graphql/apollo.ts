import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import { ApolloServerErrorCode } from "@apollo/server/errors";
import {
  GraphQLError,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from "graphql";
import type { FastifyRequest } from "fastify";
import { bearerToken, type Authenticator } from "../../auth/authenticate.js";
import { StandingsError, toStandingsError } from "../../domain/errors.js";
import type { Logger } from "../../observability/logger.js";
import type { OperationMetrics } from "../../commands/metrics.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import type { GraphQLContext } from "../../graphql/context.js";
import { errorCode, logFault, presentError } from "../../graphql/errors.js";
import { isGraphQLResponse } from "./content-type.js";
import { createDocumentStore } from "../../graphql/execution/document-store.js";
import {
  areShallow,
  tooDeep,
  parseOptions,
  validationRules,
  type DocumentLimits,
} from "../../graphql/execution/limits.js";
import type { PreparedOperations } from "../../graphql/execution/prepared-operations.js";
import type { TrustedDocuments } from "../../graphql/execution/trusted-documents.js";

export interface ApolloOptions {
  schema: GraphQLSchema;
  /** Told of every operation that is accepted. */
  prepared: PreparedOperations | undefined;
  /** Undefined: every document is answered that is valid. */
  trusted: TrustedDocuments | undefined;
  limits: DocumentLimits;
  introspection: boolean;
  metrics: OperationMetrics;
  logger: Logger;
  log: RequestLog;
}

/** GraphQL over HTTP. Batches are refused, GET serves queries only, and what browsers send without asking is refused. */
export function createApolloServer(options: ApolloOptions) {
  const { schema, prepared, trusted, limits, introspection, metrics, logger, log } = options;
  return new ApolloServer<GraphQLContext>({
    schema,
    introspection,
    // The rules refuse introspection themselves, the same way over WebSocket.
    validationRules: validationRules(introspection),
    parseOptions,
    documentStore: apolloDocumentStore(),
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: {
      requestHeaders: ["graphql-require-preflight", "x-apollo-operation-name", "apollo-require-preflight"],
    },
    ...(trusted && { persistedQueries: { cache: manifestCache(trusted) } }),
    formatError: (formatted, error) => presentError(inOwnWords(formatted), error),
    stopOnTerminationSignals: false,
    logger,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It would have every field's resolver wrapped, only to say that nothing is to be cached.
      ApolloServerPluginCacheControlDisabled(),
      neverCached,
      okForApplicationJson,
      observe(metrics, log),
      accept({ prepared, trusted, limits }),
    ],
  });
}

export interface ContextOptions {
  authenticator: Authenticator;
  limits: DocumentLimits;
  proxies: TrustedProxies;
}

/**
 * Who asks, and whether what is asked is within the limits: before Apollo does anything for it.
 *
 * @throws GraphQLError `UNAUTHENTICATED` for a token that is refused (without one the viewer is anonymous),
 * `GRAPHQL_VALIDATION_FAILED` or `BAD_USER_INPUT` beyond the limits
 */
export function createContext({ authenticator, limits, proxies }: ContextOptions) {
  return (request: FastifyRequest): Promise<GraphQLContext> => {
    const { accept } = request.headers;
    const refuse = (message: string, code: string, status: number) => {
      const http = { status: isGraphQLResponse(accept) ? status : 200 };
      return Promise.reject(new GraphQLError(message, { extensions: { code, http } }));
    };
    try {
      const viewer = authenticator.authenticate(bearerToken(request.headers.authorization));
      const { query, variables } = operationOf(request);
      const problem = typeof query === "string" ? limits.problemOfText(query) : undefined;
      if (problem) return refuse(problem.message, ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED, 400);
      if (!areShallow(variables)) return refuse(tooDeep, ApolloServerErrorCode.BAD_USER_INPUT, 400);
      return Promise.resolve({ viewer, caller: proxies.callerOf(request.raw) });
    } catch (error) {
      const { code, message, restStatus } = toStandingsError(error);
      return refuse(message, code, restStatus);
    }
  };
}

/** Apollo is to say what is wrong with what is no operation. */
function operationOf({ method, url, body }: FastifyRequest): { query?: unknown; variables?: unknown } {
  if (method !== "GET") return typeof body === "object" && body !== null ? body : {};
  // As Apollo reads them: other readers take other texts from an address that is not quite right.
  const { searchParams } = new URL(url, "http://localhost");
  const variables = searchParams.get("variables");
  try {
    return { query: searchParams.get("query"), variables: variables && (JSON.parse(variables) as unknown) };
  } catch {
    return { query: searchParams.get("query") };
  }
}

/** Apollo's own counts the trees but not the texts, which the trees hold. */
function apolloDocumentStore() {
  const store = createDocumentStore<DocumentNode>((document) => document.loc?.source.body);
  return {
    get: (key: string) => Promise.resolve(store.get(key)),
    set: (key: string, document: DocumentNode) => Promise.resolve(void store.set(key, document)),
    delete: (key: string) => Promise.resolve(store.delete(key)),
  };
}

/** Apollo's refusals that name Apollo's own headers, or Apollo. */
function inOwnWords(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const { message } = formatted;
  if (message.startsWith("This operation has been blocked as a potential Cross-Site"))
    return { ...formatted, message: mayBeForged };
  return /^apollo server/i.test(message) ? { ...formatted, message: "The request is not valid." } : formatted;
}

const mayBeForged =
  "A page of another site could have made a browser send this. " +
  "Send the header Content-Type: application/json, or, with GET, any value of GraphQL-Require-Preflight.";

/** What Apollo keeps persisted queries in, when they are to be those of the manifest alone. */
function manifestCache(trusted: TrustedDocuments) {
  return {
    get: (key: string) => Promise.resolve(trusted.textOf(key.replace(/^apq:/, ""))),
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(false),
  };
}

const neverCached: ApolloServerPlugin<GraphQLContext> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse({ response }) {
        response.http.headers.set("cache-control", "no-store");
        return Promise.resolve();
      },
    }),
};

const wellFormedRequestErrors: ReadonlySet<unknown> = new Set([
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.BAD_USER_INPUT,
]);

/**
 * GraphQL over HTTP: an answer in `application/json` to a well-formed request has status 200, errors or not, as older
 * clients take any other status for a broken connection. Apollo gives 400.
 */
const okForApplicationJson: ApolloServerPlugin<GraphQLContext> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse({ request, response }) {
        const { body, http } = response;
        const badDocument =
          http.status === 400 &&
          request.http?.method === "POST" &&
          !isGraphQLResponse(request.http.headers.get("accept")) &&
          body.kind === "single" &&
          body.singleResult.errors?.every((error) => wellFormedRequestErrors.has(error.extensions?.code));
        if (badDocument) http.status = 200;
        return Promise.resolve();
      },
    }),
};

/** Whatever comes this far was parsed, validated, and found within the limits. */
function accept({
  prepared,
  trusted,
  limits,
}: Pick<ApolloOptions, "prepared" | "trusted" | "limits">): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation({ request: { operationName, extensions, http }, source: query, queryHash, document }) {
          const isOwnType = isGraphQLResponse(http?.headers.get("accept"));
          // Once more, as the context sees only what is in the request itself, and a document may come from elsewhere.
          const problem = limits.problemOf(document);
          if (problem) {
            const code = ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED;
            const extensions = { code, http: { status: isOwnType ? 400 : 200 } };
            return Promise.reject(new GraphQLError(problem.message, { extensions }));
          }
          if (trusted && !trusted.has(document)) {
            const originalError = new StandingsError("untrustedDocument");
            const status = isOwnType ? originalError.restStatus : 200;
            return Promise.reject(new GraphQLError("", { originalError, extensions: { http: { status } } }));
          }
          prepared?.learn({ query, operationName }, document, queryHash, extensions?.persistedQuery !== undefined);
          return Promise.resolve();
        },
      }),
  };
}

function observe(metrics: OperationMetrics, log: RequestLog): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: () => {
      const stop = metrics.operationDuration.startTimer({ transport: "graphql-http" });
      return Promise.resolve({
        didEncounterErrors({ errors, operationName }) {
          for (const error of errors) {
            logFault(log, error, operationName);
            metrics.errors.inc({ transport: "graphql-http", code: errorCode(error) });
          }
          return Promise.resolve();
        },
        didResolveOperation({ operation }) {
          if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return Promise.resolve();
          const extensions = { code: ApolloServerErrorCode.BAD_REQUEST, http: { status: 400 } };
          return Promise.reject(new GraphQLError("Subscriptions are served over WebSocket.", { extensions }));
        },
        willSendResponse() {
          stop();
          return Promise.resolve();
        },
      });
    },
    contextCreationDidFail({ error }) {
      metrics.errors.inc({ transport: "graphql-http", code: errorCode(error) });
      return Promise.resolve();
    },
    unexpectedErrorProcessingRequest({ error }) {
      log.error({ err: error }, "Apollo Server failed");
      return Promise.resolve();
    },
  };
}
