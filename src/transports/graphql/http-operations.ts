import type { ApolloServer } from "@apollo/server";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { bearerToken, type Authenticator } from "../../auth/authenticate.js";
import type { Viewer } from "../../auth/roles.js";
import type { OperationMetrics } from "../../commands/metrics.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import { createContext } from "./apollo.js";
import { contentTypeFor } from "./content-type.js";
import type { GraphQLContext } from "../../graphql/context.js";
import { areShallow, type DocumentLimits } from "../../graphql/execution/limits.js";
import type { OperationRequest, PreparedOperations } from "../../graphql/execution/prepared-operations.js";

export interface HttpOperationsOptions {
  path: string;
  apollo: ApolloServer<GraphQLContext>;
  /** Undefined: every request goes through Apollo. */
  prepared: PreparedOperations | undefined;
  authenticator: Authenticator;
  limits: DocumentLimits;
  proxies: TrustedProxies;
  /** Answers people who opened this address in a browser. */
  welcome: onRequestHookHandler;
  metrics: OperationMetrics;
}

/** GraphQL over HTTP: prepared operations directly, everything else through Apollo Server. */
export function registerHttpOperations(app: FastifyInstance, options: HttpOperationsOptions): void {
  const { path, apollo, prepared, authenticator, limits, proxies, welcome, metrics } = options;
  const throughApollo = fastifyApolloHandler(apollo, { context: createContext({ authenticator, limits, proxies }) });
  const duration = metrics.operationDuration.labels({ transport: "graphql-http" });

  async function directly(request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> {
    const operation = prepared && operationOf(request, prepared);
    const known = operation && prepared.get(operation);
    const contentType = contentTypeFor(request.headers.accept);
    const viewer = known && contentType !== undefined ? viewerOf(request) : undefined;
    if (!known || !viewer) return undefined;
    const start = performance.now();
    const answer = await known.run({ viewer, caller: proxies.callerOf(request.raw) }, operation.variables);
    if (!answer) return undefined;
    for (const code of answer.codes) metrics.errors.inc({ transport: "graphql-http", code });
    duration.observe((performance.now() - start) / 1000);
    reply.header("cache-control", "no-store").header("content-type", contentType);
    return answer.body;
  }

  /** Undefined when the token is refused, which Apollo is to say. */
  function viewerOf({ headers }: FastifyRequest): Viewer | undefined {
    try {
      return authenticator.authenticate(bearerToken(headers.authorization));
    } catch {
      return undefined;
    }
  }

  app.route({
    method: ["GET", "POST"],
    url: path,
    onRequest: welcome,
    handler: async (request, reply) => (await directly(request, reply)) ?? throughApollo.call(app, request, reply),
  });
}

/** The operation of a request that has nothing unusual about it. */
function operationOf(
  { method, url, body }: FastifyRequest,
  prepared: PreparedOperations,
): OperationRequest | undefined {
  if (method !== "POST" || url.includes("?") || typeof body !== "object" || body === null) return undefined;
  const { query: given, operationName, variables, extensions } = body as Record<string, unknown>;
  const query = extensions == null ? given : given === undefined ? persistedText(extensions, prepared) : undefined;
  if (typeof query !== "string" || operationName === "") return undefined;
  if (operationName != null && typeof operationName !== "string") return undefined;
  if (variables != null && (typeof variables !== "object" || Array.isArray(variables))) return undefined;
  if (!areShallow(variables)) return undefined;
  return { query, operationName, variables: variables as OperationRequest["variables"] };
}

/** Of a document that is named by its hash, as Apollo's clients do. */
function persistedText(extensions: unknown, prepared: PreparedOperations): string | undefined {
  const { persistedQuery, ...others } = extensions as { persistedQuery?: unknown };
  if (typeof persistedQuery !== "object" || persistedQuery === null || Object.keys(others).length > 0) return undefined;
  const { version, sha256Hash } = persistedQuery as Record<string, unknown>;
  return version === 1 && typeof sha256Hash === "string" ? prepared.textOf(sha256Hash) : undefined;
}
