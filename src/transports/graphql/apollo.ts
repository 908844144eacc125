import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import { ApolloServerErrorCode } from "@apollo/server/errors";
import { GraphQLError, OperationTypeNode, type GraphQLFormattedError, type GraphQLSchema } from "graphql";
import type { FastifyReply, FastifyRequest } from "fastify";
import { bearerToken, type Authenticator } from "../../auth/authenticate.js";
import { toStandingsError } from "../../domain/errors.js";
import type { GraphQLContext } from "../../graphql/context.js";
import { presentError } from "../../graphql/errors.js";
import type { Documents } from "../../graphql/execution/documents.js";
import type { Executor } from "../../graphql/execution/executor.js";
import { parseOptions, validationRules } from "../../graphql/execution/limits.js";
import type { PersistedQueries } from "../../graphql/execution/persisted-queries.js";
import type { Logger } from "../../observability/logger.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import { quotaListener } from "../http/rate-limit-headers.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import { isGraphQLResponse } from "./content-type.js";

export interface ApolloOptions {
  schema: GraphQLSchema;
  documents: Documents;
  executor: Executor;
  persisted: PersistedQueries;
  introspection: boolean;
  logger: Logger;
  log: RequestLog;
}

/**
 * GraphQL over HTTP for requests that are not plain: Apollo Server understands or refuses them. Their documents were
 * judged before they come here, and the executor runs them.
 */
export function createApolloServer(options: ApolloOptions) {
  const { schema, documents, executor, persisted, introspection, logger, log } = options;
  return new ApolloServer<GraphQLContext>({
    gateway: executedBy(executor, documents, schema),
    introspection,
    // These rules refuse introspection, over WebSocket too.
    validationRules: validationRules(introspection),
    parseOptions,
    documentStore: storeOf(documents),
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: {
      requestHeaders: ["graphql-require-preflight", "x-apollo-operation-name", "apollo-require-preflight"],
    },
    persistedQueries: { cache: cacheOf(persisted) },
    formatError: (formatted, error) => presentError(inOwnWords(formatted), error),
    stopOnTerminationSignals: false,
    logger,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // Cache control would wrap every field's resolver, and no answer here is cached anyway.
      ApolloServerPluginCacheControlDisabled(),
      neverCached,
      okForApplicationJson,
      observe(executor, log),
    ],
  });
}

/**
 * A gateway in Apollo's terms: Apollo asks it to run an operation, and the executor does so. Apollo knows neither the
 * limits nor the trusted documents, so whatever way a document has taken through Apollo, it must be an accepted one.
 */
function executedBy(
  executor: Executor,
  documents: Documents,
  schema: GraphQLSchema,
): ApolloServerOptionsWithGateway<GraphQLContext>["gateway"] {
  return {
    load: () =>
      Promise.resolve({
        executor: async ({ source, request, context }) => {
          const { document, errors } = await documents.judge(source);
          if (!document) return { errors };
          // Not the name that Apollo has found: without one, the document's only operation would run.
          const { operationName, variables: variableValues } = request;
          return executor.execute({ schema, document, operationName, variableValues, contextValue: context });
        },
      }),
    onSchemaLoadOrUpdate: (use) => {
      use({ apiSchema: schema, coreSupergraphSdl: "" });
      return () => undefined;
    },
    stop: () => Promise.resolve(),
  };
}

/**
 * Gives each request its viewer and its sender's address.
 *
 * @throws GraphQLError `UNAUTHENTICATED` for a token that is refused; without one the viewer is anonymous
 */
export function createContext(authenticator: Authenticator, proxies: TrustedProxies) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<GraphQLContext> => {
    try {
      const viewer = await authenticator.authenticate(bearerToken(request.headers.authorization), request.raw);
      const caller = proxies.callerOf(request.raw);
      return { viewer, caller, request: request.raw, onQuota: quotaListener(reply) };
    } catch (error) {
      const { code, message, restStatus } = toStandingsError(error);
      const http = { status: isGraphQLResponse(request.headers.accept) ? restStatus : 200 };
      throw new GraphQLError(message, { extensions: { code, http } });
    }
  };
}

/** Replaces the messages of refusals that name Apollo or Apollo's own headers. */
function inOwnWords(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const { message } = formatted;
  if (message.startsWith("This operation has been blocked as a potential Cross-Site"))
    return { ...formatted, message: mayBeForged };
  return /^apollo server/i.test(message) ? { ...formatted, message: "The request is not valid." } : formatted;
}

const mayBeForged =
  "A page of another site could have made a browser send this. " +
  "Send the header Content-Type: application/json, or, with GET, any value of GraphQL-Require-Preflight.";

/**
 * Documents that come to Apollo were parsed and validated before, so Apollo finds them here and need not do it again.
 */
function storeOf(documents: Documents) {
  // Apollo's key is a prefix and the hash in hexadecimal digits.
  const hashOf = (key: string) => Buffer.from(key.slice(-64), "hex").toString("base64");
  return {
    get: (key: string) => Promise.resolve(documents.find(hashOf(key))),
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(false),
  };
}

/** Apollo's keys are the hash behind a prefix. */
function cacheOf(persisted: PersistedQueries) {
  const hashOf = (key: string) => key.replace(/^apq:/, "");
  return {
    get: (key: string) => Promise.resolve(persisted.textOf(hashOf(key))),
    set: (key: string, text: string) => Promise.resolve(persisted.keep(hashOf(key), text)),
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
 * GraphQL over HTTP: an answer in `application/json` to a well-formed request has status 200, with or without errors,
 * because older clients take any other status for a broken connection. Apollo would answer with 400.
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

const howToSubscribe =
  "Subscriptions are served over WebSocket, over server-sent events, and to requests that accept " +
  "multipart/mixed;subscriptionSpec=1.0.";

function observe(executor: Executor, log: RequestLog): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors({ errors, operationName, contextValue }) {
          for (const error of errors) executor.note(error, operationName, contextValue.request);
          return Promise.resolve();
        },
        didResolveOperation({ operation }) {
          if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return Promise.resolve();
          const extensions = { code: ApolloServerErrorCode.BAD_REQUEST, http: { status: 400 } };
          return Promise.reject(new GraphQLError(howToSubscribe, { extensions }));
        },
      }),
    contextCreationDidFail({ error }) {
      executor.note(error, undefined);
      return Promise.resolve();
    },
    unexpectedErrorProcessingRequest({ error, requestContext }) {
      log.error({ err: error, request: requestContext.contextValue.request }, "Apollo Server failed");
      return Promise.resolve();
    },
  };
}
