import type { FastifyInstance, FastifyRequest } from "fastify";
import { OperationTypeNode } from "graphql";
import { z } from "zod";
import { bearerToken, type Authenticator } from "../../auth/authenticate.js";
import { badInput, StandingsError } from "../../domain/errors.js";
import { NextMessage } from "../../fanout/next-message.js";
import type { StreamDialect, ViewerStream } from "../../fanout/viewer-stream.js";
import type { GraphQLContext } from "../../graphql/context.js";
import type { Executor } from "../../graphql/execution/executor.js";
import { areShallow, tooDeep } from "../../graphql/execution/limits.js";
import { announceVerdict } from "../http/rate-limit-headers.js";
import type { Admission } from "../network/admission.js";
import type { OriginPolicy } from "../network/origins.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import { follow, type OpenStreams } from "./open-streams.js";
import { refuseUnseen } from "./refuse-unseen.js";

export interface EventStreamsOptions {
  path: string;
  executor: Executor;
  streams: OpenStreams;
  authenticator: Authenticator;
  origins: OriginPolicy;
  proxies: TrustedProxies;
  admission: Admission;
}

/** The form of a request in GraphQL over HTTP. */
const operationRequest = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});
type OperationRequest = z.output<typeof operationRequest>;

const dialect: StreamDialect = {
  headers: {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    // Tells proxies not to buffer the events; `no-transform` tells them not to compress.
    "x-accel-buffering": "no",
  },
  opening: "",
  encode: (message) => message.as("event", (payload) => `event: next\ndata: ${payload}\n\n`),
  keepAlive: ":\n\n",
  keepAliveMs: 20_000,
  complete: "event: complete\ndata:\n\n",
};

/**
 * Server-sent events, for viewers behind proxies that refuse WebSockets: graphql-sse's protocol in its "distinct
 * connections mode", which has one request per operation.
 */
export function registerEventStreams(app: FastifyInstance, options: EventStreamsOptions): void {
  const { path, executor, streams, authenticator, origins, proxies, admission } = options;

  app.route({
    method: ["GET", "POST"],
    url: path,
    handler: async (request, reply) => {
      if (!origins.allows(request.raw)) throw new StandingsError("forbidden");
      const viewer = await authenticator.authenticate(bearerToken(request.headers.authorization), request.raw);
      const context = { viewer, caller: proxies.callerOf(request.raw), request: request.raw };
      const verdict = admission.judge(viewer, context.caller);
      announceVerdict(reply, verdict);
      if (verdict.refusal) return reply.send(refuseUnseen(executor, verdict.refusal, reply));
      const operation = parseRequest(request);
      return streams.open(request, reply, viewer, dialect, (connection, left) =>
        serve(request.method, operation, context, connection, left),
      );
    },
  });

  async function serve(
    method: string,
    request: OperationRequest,
    context: GraphQLContext,
    connection: ViewerStream,
    left: AbortSignal,
  ): Promise<void> {
    const operation = await executor.resolve(request);
    const end = ({ body }: { body: string }) => connection.end(new NextMessage(body));
    if (operation.kind === "refusal") return end(executor.refuse(operation, request));
    if (operation.type === OperationTypeNode.MUTATION && method !== "POST") {
      return end(executor.refuseFor("A mutation must be sent by POST.", request));
    }
    if (operation.type !== OperationTypeNode.SUBSCRIPTION) return end(await executor.run(operation, context));
    follow(await executor.subscribe(operation, context, connection, ""), connection, left);
  }
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
