import type { FastifyInstance, onRequestHookHandler } from "fastify";
import type { GraphQLSchema } from "graphql";
import type { Authenticator } from "../auth/authenticate.js";
import type { SubscriptionHub } from "../fanout/subscription-hub.js";
import type { PlayerProfiles } from "../feed/player-profiles.js";
import { Compiler } from "../graphql/execution/compiler.js";
import { Documents } from "../graphql/execution/documents.js";
import { Executor, type ExecutorOptions } from "../graphql/execution/executor.js";
import { DocumentLimits } from "../graphql/execution/limits.js";
import { automaticPersistedQueries } from "../graphql/execution/persisted-queries.js";
import { PreparedOperations } from "../graphql/execution/prepared-operations.js";
import { SharedFields } from "../graphql/execution/shared-fields.js";
import { Subscriptions } from "../graphql/execution/subscriptions.js";
import type { TrustedDocuments } from "../graphql/execution/trusted-documents.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import type { Metrics } from "./metrics.js";
import type { RequestLog } from "../observability/sampled-log.js";
import { noTraces, type Traces } from "../observability/traces.js";
import { createApolloServer } from "../transports/graphql/apollo.js";
import { registerEventStreams } from "../transports/graphql/event-streams.js";
import { registerHttpOperations } from "../transports/graphql/http-operations.js";
import { MultipartSubscriptions } from "../transports/graphql/multipart.js";
import { OpenStreams } from "../transports/graphql/open-streams.js";
import { GraphQLSockets } from "../transports/graphql/websocket.js";
import type { HttpServer } from "../transports/http/server.js";
import type { Admission } from "../transports/network/admission.js";
import type { ConnectionLimits } from "../transports/network/connection-limits.js";
import type { OriginPolicy } from "../transports/network/origins.js";
import type { TrustedProxies } from "../transports/network/trusted-proxies.js";

const path = "/graphql";
const streamPath = "/graphql/stream";

export interface GraphQLOptions {
  schema: GraphQLSchema;
  hub: SubscriptionHub;
  /** Undefined: nothing that subscriptions show is a player. */
  profiles?: Pick<PlayerProfiles, "onChange">;
  /** Whether operations that come often are compiled. */
  prepare: boolean;
  introspection: boolean;
  /** Undefined: every valid document is answered. */
  trusted: TrustedDocuments | undefined;
  authenticator: Authenticator;
  proxies: TrustedProxies;
  origins: OriginPolicy;
  limits: ConnectionLimits;
  admission: Admission;
  /** Over how long a stop ends viewers' connections. */
  drainMs: number;
  /** Answers people who open the address in a browser. */
  welcome: onRequestHookHandler;
  metrics: Metrics;
  traces?: Traces;
  logger: Logger;
  log: RequestLog;
}

/**
 * A schema over its four transports, which share one execution: HTTP, WebSocket, server-sent events, multipart answers.
 */
export function createGraphQL(options: GraphQLOptions) {
  const { schema, hub, profiles, prepare, introspection, trusted, authenticator, proxies, origins, limits } = options;
  const { admission, drainMs, welcome, metrics, traces = noTraces, logger, log } = options;
  const documentLimits = new DocumentLimits(schema);
  const sharedFields = new SharedFields(schema);
  const compiler = prepare ? new Compiler(() => performance.now()) : undefined;
  const documents = new Documents({ schema, limits: documentLimits, introspection, trusted });
  const execution: ExecutorOptions = {
    schema,
    documents,
    sharedFields,
    prepared: compiler && new PreparedOperations({ schema, sharedFields, compiler, log }),
    subscriptions: new Subscriptions({ schema, limits: documentLimits, hub, sharedFields, profiles, compiler }),
    metrics: metrics.operations,
    traces,
    log,
  };
  const executor = new Executor("graphql-http", execution);
  const persisted = trusted ?? automaticPersistedQueries();
  const apollo = createApolloServer({ schema, documents, executor, persisted, introspection, logger, log });
  const streams = new OpenStreams({ drainMs, limits, metrics: metrics.connections, traces, log });
  const multipart = new MultipartSubscriptions(new Executor("graphql-multipart", execution), streams);

  const register = (app: FastifyInstance) => {
    const caller = { authenticator, proxies, admission };
    registerHttpOperations(app, { path, executor, apollo, persisted, multipart, welcome, ...caller });
    const sse = new Executor("graphql-sse", execution);
    registerEventStreams(app, { path: streamPath, executor: sse, streams, origins, ...caller });
  };
  const socketsOn = (http: HttpServer) =>
    new GraphQLSockets(http.server, {
      path,
      schema,
      executor: new Executor("graphql-ws", execution),
      authenticator,
      proxies,
      origins,
      limits,
      admission,
      drainMs,
      metrics: metrics.connections,
      traces,
      log,
      onOpen: (socket) => http.handOver(socket),
    });
  return { register, socketsOn, apollo: toService(apollo), streams };
}

/**
 * Makes `stop` wait for `start`: a process may be stopped while it starts, and Apollo refuses to stop before it has
 * started.
 */
function toService(apollo: ReturnType<typeof createApolloServer>): Service {
  let started: Promise<void> | undefined;
  return {
    name: "apollo",
    start: () => (started = apollo.start()),
    stop: async () => {
      await started;
      await apollo.stop();
    },
  };
}
