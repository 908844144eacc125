import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Authenticator } from "../auth/authenticate.js";
import { HistoryReads } from "../commands/history-reads.js";
import { Increments } from "../commands/increments.js";
import { Reads } from "../commands/reads.js";
import { countingObserver } from "../fanout/metrics.js";
import { SubscriptionHub } from "../fanout/subscription-hub.js";
import { createApolloServer } from "../transports/graphql/apollo.js";
import { Documents } from "../graphql/execution/documents.js";
import { EventStreams } from "../transports/graphql/event-streams.js";
import { createSchema } from "../graphql/schema.js";
import { errorPresenter } from "../graphql/errors.js";
import { DocumentLimits } from "../graphql/execution/limits.js";
import { Subscriptions } from "../graphql/execution/subscriptions.js";
import { registerHttpOperations } from "../transports/graphql/http-operations.js";
import { PreparedOperations } from "../graphql/execution/prepared-operations.js";
import { TrustedDocuments } from "../graphql/execution/trusted-documents.js";
import { GraphQLSockets } from "../transports/graphql/websocket.js";
import { registerRest } from "../transports/rest/rest.js";
import { HttpServer } from "../transports/http/server.js";
import { registerWeb } from "../transports/pages.js";
import { welcomePeople } from "../transports/graphql/welcome.js";
import { ChangeQueue } from "../ingest/change-queue.js";
import { type Publisher } from "../ingest/publisher.js";
import { ConnectionLimits } from "../transports/network/connection-limits.js";
import { OriginPolicy } from "../transports/network/origins.js";
import { TrustedProxies } from "../transports/network/trusted-proxies.js";
import { databaseAddresses } from "../ledger/database-url.js";
import { Database } from "../ledger/database.js";
import { ScoreHistory } from "../ledger/score-history.js";
import type { Service } from "../lifecycle.js";
import { requestTimeoutMs, type Foundation } from "./foundation.js";
import type { Standings } from "./standings.js";

const graphqlPath = "/graphql";
const streamPath = "/graphql/stream";
/** What `npm run build` made of the pages; the same folder from `src` and from `dist`. */
const webRoot = fileURLToPath(new URL("../../dist/web/", import.meta.url));

/** Answers requests, and pushes scores to viewers. */
export function createApi(foundation: Foundation, standings: Standings, publisher: Publisher | undefined) {
  const { config, boards, metrics, logger, log } = foundation;
  const { leaderboard, feed, around } = standings;
  const { serving: address } = databaseAddresses(config.databaseUrl, config.databaseDirectUrl);
  const database = new Database({ address, statementTimeoutMs: requestTimeoutMs });
  const authenticator = new Authenticator({ jwt: config.jwt, now: Date.now, logger });
  const increments = new Increments(boards, leaderboard, {
    maxIncrement: config.maxIncrement,
    queue: publisher && new ChangeQueue(publisher, metrics.ingest),
    timeoutMs: requestTimeoutMs,
  });
  const { introspection } = config;
  const reads = new Reads({ boards, leaderboard, feed, around });
  const history = new HistoryReads(boards, new ScoreHistory(database));
  const schema = createSchema({ reads, history, increments });
  const present = errorPresenter(log);
  const prepared = config.preparedOperations
    ? new PreparedOperations({
        schema,
        present: (error, name) => present(error, "execute", name),
        now: () => performance.now(),
      })
    : undefined;
  const { trustedDocuments } = config;
  const trusted =
    trustedDocuments && new TrustedDocuments(trustedDocuments.file ?? join(webRoot, "persisted-documents.json"));
  const documentLimits = new DocumentLimits(schema);
  const apollo = createApolloServer({
    schema,
    prepared,
    trusted,
    limits: documentLimits,
    introspection,
    metrics: metrics.operations,
    logger,
    log,
  });

  const hub = new SubscriptionHub({
    ...countingObserver(metrics.fanout),
    onError: (error) => log.error({ err: error }, "a subscription could not be served"),
  });
  const operations = {
    schema,
    documents: new Documents({ schema, limits: documentLimits, introspection, trusted }),
    subscriptions: new Subscriptions({ schema, limits: documentLimits, hub }),
    authenticator,
    metrics: { ...metrics.operations, ...metrics.connections },
    logger: log,
  };
  const proxies = new TrustedProxies(config.trustProxy);
  const origins = new OriginPolicy(config.corsOrigins, proxies);
  const limits = new ConnectionLimits(config.connectionLimits, proxies);
  const streams = new EventStreams({ ...operations, path: streamPath, origins, proxies, limits });
  const http = new HttpServer({
    port: config.port,
    host: config.host,
    cors: config.corsOrigins.length > 0,
    origins,
    limits,
    metrics: metrics.connections,
    log,
    register: (app) => {
      registerHttpOperations(app, {
        path: graphqlPath,
        apollo,
        prepared,
        authenticator,
        limits: documentLimits,
        proxies,
        welcome: welcomePeople({ playground: introspection }),
        metrics: metrics.operations,
      });
      streams.register(app);
      registerRest(app, { increments, authenticator, metrics: metrics.operations, logger: log });
      registerWeb(app, { root: webRoot, playground: introspection, proxies });
    },
  });
  const sockets = new GraphQLSockets(http.server, {
    ...operations,
    path: graphqlPath,
    origins,
    proxies,
    limits,
    onOpen: (socket) => http.handOver(socket),
  });
  metrics.fanout.viewers.readFrom(() => hub.viewers);
  metrics.fanout.operations.readFrom(() => hub.operations);
  const apolloService = toService(apollo);

  const services = [...(trusted ? [trusted] : []), database, apolloService, http, sockets, streams];
  return { http, services };
}

/** A process may be told to stop while it starts, and Apollo refuses to stop before it has started. */
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
