import type { ApolloServer } from "@apollo/server";
import { ApolloServerErrorCode } from "@apollo/server/errors";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { GraphQLError, OperationTypeNode } from "graphql";
import { bearerToken, type Authenticator } from "../../auth/authenticate.js";
import type { Viewer } from "../../auth/roles.js";
import type { GraphQLContext } from "../../graphql/context.js";
import type { Answer, Executor } from "../../graphql/execution/executor.js";
import type { Operation, Refusal } from "../../graphql/execution/operation.js";
import type { PersistedQueries } from "../../graphql/execution/persisted-queries.js";
import { requestIdHeader, requestIdOf } from "../../observability/request-id.js";
import { nameAnswer } from "../http/answer-id.js";
import { announceQuota, announceVerdict, LastQuota } from "../http/rate-limit-headers.js";
import type { Admission } from "../network/admission.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import { cacheableAnswer, sendCacheable } from "../http/cacheable.js";
import { createContext } from "./apollo.js";
import { contentTypeFor, isGraphQLResponse, json } from "./content-type.js";
import { asksForMultipart, type MultipartSubscriptions } from "./multipart.js";
import { receive } from "./operation-request.js";
import { refuseUnseen } from "./refuse-unseen.js";

export interface HttpOperationsOptions {
  path: string;
  executor: Executor;
  /** Answers requests that are not plain. */
  apollo: ApolloServer<GraphQLContext>;
  persisted: PersistedQueries;
  multipart: MultipartSubscriptions;
  authenticator: Authenticator;
  proxies: TrustedProxies;
  admission: Admission;
  /** Answers people who opened this address in a browser. */
  welcome: onRequestHookHandler;
}

/** Apollo Server's codes for a wrong operation in a well-formed request. */
const wellFormed: ReadonlySet<string> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
]);

const notAcceptable = "The answer is JSON: Accept must allow application/json or application/graphql-response+json.";

/** The headers that an answer to a persisted query depends on: its media type, and whether a token was judged. */
const vary = ["Accept", "Authorization"];

/** GraphQL over HTTP: plain requests directly, all others through Apollo Server. */
export function registerHttpOperations(app: FastifyInstance, options: HttpOperationsOptions): void {
  const { path, executor, apollo, persisted, multipart, authenticator, proxies, admission, welcome } = options;
  const throughApollo = fastifyApolloHandler(apollo, { context: createContext(authenticator, proxies) });

  app.route({
    method: ["GET", "HEAD", "POST"],
    url: path,
    onRequest: welcome,
    handler: async (request, reply) => {
      const answer = await directly(request, reply);
      if (answer !== undefined) return answer;
      nameAnswer(request, reply);
      // Apollo's plugins don't see some of its refusals, for instance of a token.
      reply.header("cache-control", "no-store");
      return throughApollo.call(app, request, reply);
    },
  });

  /** @returns the body; undefined when Apollo Server is to answer */
  async function directly(request: FastifyRequest, reply: FastifyReply): Promise<string | FastifyReply | undefined> {
    const contentType = contentTypeFor(request.headers.accept);
    const takesParts = () => asksForMultipart(request.headers.accept);
    const received = receive(request, persisted);
    if (contentType === undefined && !(received && takesParts())) return refuseAccept(request, reply);
    const found = viewerOf(request);
    const viewer = found instanceof Promise ? await found : found;
    if (!viewer) return undefined;
    const caller = proxies.callerOf(request.raw);
    // Parts of an operation outlive it for a while. If they held the request or the reply, the garbage collector would
    // copy each request twice, which took a sixth of the processor time.
    const origin = { headers: request.headers };
    const last = new LastQuota();
    const context = { viewer, caller, request: origin, onQuota: last.hear };
    const verdict = admission.judge(viewer, caller);
    announceVerdict(reply, verdict);
    if (verdict.refusal) return refuseUnseen(executor, verdict.refusal, reply, contentType);
    if (!received) return undefined;
    const resolved = executor.resolve(received.request);
    const operation = resolved instanceof Promise ? await resolved : resolved;
    const isSubscription = operation.kind === "operation" && operation.type === OperationTypeNode.SUBSCRIPTION;
    if (isSubscription && received.isPlain && takesParts()) {
      return multipart.serve(request, reply, operation, { ...context, request: request.raw });
    }
    if (operation.kind === "operation" && contentType === undefined) return refuseAccept(request, reply);
    const isCacheable = received.isPersistedGet && isAnonymous(request) && isShared(operation);
    if (operation.kind === "operation" && (isSubscription || !(received.isPlain || isCacheable))) return undefined;
    const answer =
      operation.kind === "refusal"
        ? executor.refuse(operation, received.request)
        : await executor.run(operation, context);
    if (last.quota) announceQuota(reply, "increments", last.quota);
    if (isCacheable && answer.codes.length === 0) {
      return sendCacheable(request, reply, cacheableAnswer(contentType ?? json, `${answer.body}\n`), { vary });
    }
    if (answer.isRefusal) reply.code(statusOf(answer, request));
    if (answer.codes.length > 0) reply.header(requestIdHeader, requestIdOf(origin));
    reply.header("cache-control", "no-store").header("content-type", contentType ?? json);
    return `${answer.body}\n`;
  }

  function isShared(operation: Operation | Refusal): boolean {
    return operation.kind === "operation" && executor.isSharedQuery(operation);
  }

  /** Apollo Server would run the operation first, a mutation too, and only then find that it can't send the answer. */
  function refuseAccept(request: FastifyRequest, reply: FastifyReply): string {
    nameAnswer(request, reply);
    const error = new GraphQLError(notAcceptable, { extensions: { code: ApolloServerErrorCode.BAD_REQUEST } });
    const { body } = executor.refuse({ kind: "refusal", errors: [error] }, {});
    reply.code(406).header("cache-control", "no-store").header("content-type", json);
    return `${body}\n`;
  }

  /** Undefined when the token is refused; Apollo then answers the request. */
  function viewerOf({ headers, raw }: FastifyRequest): Viewer | undefined | Promise<Viewer | undefined> {
    try {
      const viewer = authenticator.authenticate(bearerToken(headers.authorization), raw);
      return viewer instanceof Promise ? viewer.catch(() => undefined) : viewer;
    } catch {
      return undefined;
    }
  }
}

function isAnonymous({ headers }: FastifyRequest): boolean {
  return headers.authorization === undefined;
}

/**
 * GraphQL over HTTP: an answer in `application/json` to a well-formed request has status 200, with or without errors,
 * because older clients take any other status for a broken connection.
 */
function statusOf({ codes }: Answer, { method, headers }: FastifyRequest): number {
  const isForbidden = codes.includes("FORBIDDEN");
  if (isGraphQLResponse(headers.accept)) return isForbidden ? 403 : 400;
  return isForbidden || (method === "POST" && codes.every((code) => wellFormed.has(code))) ? 200 : 400;
}
