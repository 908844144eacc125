import type { onRequestHookHandler } from "fastify";
import type { GraphQLSchema } from "graphql";
import { createGraphQL } from "../../src/app/graphql.js";
import { createMetrics } from "../../src/app/metrics.js";
import { Authenticator } from "../../src/auth/authenticate.js";
import { SecretTokens } from "../../src/auth/secret-tokens.js";
import { SubscriptionHub } from "../../src/fanout/subscription-hub.js";
import { createLogger } from "../../src/observability/logger.js";
import { SampledLog } from "../../src/observability/sampled-log.js";
import { HttpServer } from "../../src/transports/http/server.js";
import { Admission } from "../../src/transports/network/admission.js";
import { ConnectionLimits } from "../../src/transports/network/connection-limits.js";
import { LoadShedder } from "../../src/transports/network/load-shedder.js";
import { OriginPolicy } from "../../src/transports/network/origins.js";
import { ReadLimit } from "../../src/transports/network/read-limit.js";
import { TrustedProxies } from "../../src/transports/network/trusted-proxies.js";
import { jwtSecret } from "./tokens.js";

export interface ServedSchema {
  readonly url: string;
  readonly wsUrl: string;
  stop(): Promise<void>;
}

/** Serves any schema over every GraphQL transport of the service, without stores. */
export async function serveSchema(schema: GraphQLSchema, prepare = true): Promise<ServedSchema> {
  const logger = createLogger("silent");
  const log = new SampledLog(logger, () => performance.now());
  const metrics = createMetrics("test");
  const proxies = new TrustedProxies(undefined);
  const origins = new OriginPolicy([], proxies);
  const limits = new ConnectionLimits({ maxConnections: 100, maxConnectionsPerAddress: 100 }, proxies);
  const jwt = { secret: jwtSecret, issuer: undefined, audience: undefined };
  const authenticator = new Authenticator([new SecretTokens(jwt, Date.now)], logger);
  const none = () => undefined;
  const hub = new SubscriptionHub({ onMessage: none, onWrite: none, onConflated: none, onPushed: none, onError: none });
  const welcome: onRequestHookHandler = (_request, _reply, done) => done();
  const options = { schema, hub, prepare, introspection: true, trusted: undefined, welcome };
  const reads = new ReadLimit({ perSecond: 1_000_000, burst: 1_000_000 }, () => performance.now());
  const admission = new Admission(reads, new LoadShedder(false, metrics.shedding, logger));
  const network = { proxies, origins, limits, admission, drainMs: 0 };
  const { register, apollo, streams, socketsOn } = createGraphQL({
    ...{ ...options, ...network },
    ...{ authenticator, metrics, logger, log },
  });
  const http = new HttpServer({
    port: 0,
    host: "127.0.0.1",
    cors: false,
    origins,
    limits,
    metrics: metrics.connections,
    log,
    register,
  });
  const services = [apollo, http, socketsOn(http), streams];
  for (const service of services) await service.start();
  return {
    url: `http://127.0.0.1:${http.port}`,
    wsUrl: `ws://127.0.0.1:${http.port}/graphql`,
    stop: async () => {
      for (const service of services.toReversed()) await service.stop();
    },
  };
}
