import {
  GraphQLError,
  OperationTypeNode,
  execute,
  getOperationAST,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from "graphql";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { bearerToken, type Authenticator } from "../../auth/authenticate.js";
import { badInput, StandingsError } from "../../domain/errors.js";
import { NextMessage } from "../../fanout/next-message.js";
import { ViewerStream } from "../../fanout/viewer-stream.js";
import type { Service } from "../../lifecycle.js";
import type { OperationMetrics } from "../../commands/metrics.js";
import { tooManyConnections, type ConnectionLimits } from "../network/connection-limits.js";
import type { ConnectionMetrics } from "../metrics.js";
import type { OriginPolicy } from "../network/origins.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import type { GraphQLContext, SubscriberContext } from "../../graphql/context.js";
import type { Documents } from "../../graphql/execution/documents.js";
import { countingPresenter, type PresentError, noSuchOperation } from "../../graphql/errors.js";
import { areShallow, tooDeep } from "../../graphql/execution/limits.js";
import { serialise, type Subscriptions } from "../../graphql/execution/subscriptions.js";

export interface EventStreamsOptions {
  path: string;
  schema: GraphQLSchema;
  documents: Documents;
  subscriptions: Subscriptions;
  authenticator: Authenticator;
  origins: OriginPolicy;
  proxies: TrustedProxies;
  limits: ConnectionLimits;
  metrics: OperationMetrics & ConnectionMetrics;
  logger: RequestLog;
}

/** A request as GraphQL over HTTP has it. */
const operationRequest = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});
type OperationRequest = z.output<typeof operationRequest>;

const keepAliveMs = 20_000;
const sweepMs = 1_000;
const complete = "event: complete\ndata:\n\n";
/** Proxies must neither keep the events back nor compress them. */
const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** One open stream. */
interface OpenStream {
  readonly viewer: ViewerStream;
  readonly expiresAt: number;
  readonly end: () => void;
}

/**
 * Server-sent events, for viewers behind proxies that refuse WebSockets: graphql-sse's protocol in its "distinct
 * connections mode", one request an operation. Subscriptions go through the same hub as those over WebSocket.
 */
export class EventStreams implements Service {
  readonly name = "event-streams";
  readonly #options: EventStreamsOptions;
  readonly #present: PresentError;
  readonly #streams = new Set<OpenStream>();
  #keepAlive: NodeJS.Timeout | undefined;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
    this.#present = countingPresenter("graphql-sse", options);
  }

  register(app: FastifyInstance): void {
    app.route({
      method: ["GET", "POST"],
      url: this.#options.path,
      handler: (request, reply) => this.#handle(request, reply),
    });
  }

  start(): Promise<void> {
    // Keeps proxies from closing what is quiet.
    this.#keepAlive = setInterval(() => {
      for (const { viewer } of this.#streams) viewer.keepAlive();
    }, keepAliveMs);
    this.#sweeper = setInterval(() => this.#sweep(Date.now()), sweepMs);
    return Promise.resolve();
  }

  /** Ends every stream without completing it, so that clients come back. */
  stop(): Promise<void> {
    clearInterval(this.#keepAlive);
    clearInterval(this.#sweeper);
    for (const { end } of this.#streams) end();
    return Promise.resolve();
  }

  async #handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { authenticator, origins, proxies, limits, logger, metrics } = this.#options;
    if (!origins.allows(request.raw)) throw new StandingsError("forbidden");
    const viewer = authenticator.authenticate(bearerToken(request.headers.authorization));
    const operation = parseRequest(request);
    const release = limits.admit(request.raw);
    if (!release) throw new StandingsError("overloaded", { message: tooManyConnections });

    reply.hijack();
    const response = reply.raw;
    const connection = new ViewerStream(response);
    const leave = new AbortController();
    const stream: OpenStream = {
      viewer: connection,
      expiresAt: viewer.role === "none" ? Infinity : viewer.expiresAt,
      end: () => response.destroy(),
    };
    this.#streams.add(stream);
    metrics.eventStreams.inc();
    response.on("error", (error) => logger.debug({ err: error }, "an event stream broke"));
    response.once("close", () => {
      leave.abort();
      this.#streams.delete(stream);
      metrics.eventStreams.dec();
      release();
    });
    response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
    response.flushHeaders();
    try {
      const result = await this.#run(
        request.method,
        operation,
        { viewer, caller: proxies.callerOf(request.raw) },
        connection,
        leave.signal,
      );
      if (result) response.end(Buffer.concat([new NextMessage(result).event, Buffer.from(complete)]));
    } catch (error) {
      logger.error({ err: error }, "an operation over server-sent events failed");
      response.destroy();
    }
    return reply;
  }

  /** @returns the only result, as JSON; undefined for a subscription, whose results the hub writes */
  async #run(
    method: string,
    { query, operationName, variables }: OperationRequest,
    context: GraphQLContext,
    connection: ViewerStream,
    left: AbortSignal,
  ): Promise<string | undefined> {
    const { schema, documents, subscriptions } = this.#options;
    const refuse = (errors: readonly GraphQLError[]) =>
      JSON.stringify({ errors: errors.map((error) => this.#present(error, "refuse", operationName)) });
    const present = (error: GraphQLError) => this.#present(error, "execute", operationName);
    const judged = await documents.judge(query);
    if (!judged.document) return refuse(judged.errors);
    const { document } = judged;
    const definition = getOperationAST(document, operationName);
    if (!definition) return refuse([new GraphQLError(noSuchOperation)]);
    if (definition.operation === OperationTypeNode.MUTATION && method !== "POST") {
      return refuse([new GraphQLError("A mutation must be sent by POST.")]);
    }
    const contextValue: SubscriberContext = { ...context, connection, id: "", text: query };
    const args: ExecutionArgs = {
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue,
    };
    if (definition.operation !== OperationTypeNode.SUBSCRIPTION) return serialise(await execute(args), present);
    const iterator = await subscriptions.subscribe(args, { present, onEnd: () => undefined });
    if (isResult(iterator)) return serialise(iterator, present);
    if (left.aborted) void iterator.return();
    else left.addEventListener("abort", () => void iterator.return());
    return undefined;
  }

  /** Ends what its token no longer allows. Streams that nobody reads are cut off like any other answer. */
  #sweep(wallClock: number): void {
    for (const { expiresAt, end } of this.#streams) if (expiresAt <= wallClock) end();
  }
}

function isResult(value: AsyncGenerator<never, void> | ExecutionResult): value is ExecutionResult {
  return !(Symbol.asyncIterator in value);
}

/** @throws StandingsError `badInput` */
function parseRequest({ method, query, body }: FastifyRequest): OperationRequest {
  try {
    const given = method === "GET" ? fromUrl(query as Record<string, unknown>) : body;
    const request = operationRequest.parse(given);
    if (areShallow(request.variables)) return request;
  } catch (error) {
    throw new StandingsError("badInput", {
      message: "The request must have a query, and may have an operationName and variables.",
      cause: error,
    });
  }
  throw badInput(tooDeep);
}

function fromUrl({ variables, ...others }: Record<string, unknown>): unknown {
  return { ...others, ...(typeof variables === "string" && { variables: JSON.parse(variables) as unknown }) };
}
