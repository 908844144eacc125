import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Authenticator } from "./auth/authenticate.js";
import { Increments } from "./auth/increments.js";
import type { Config } from "./config.js";
import { SubscriptionHub } from "./feed/subscription-hub.js";
import { Channels } from "./feed/pubsub.js";
import { createApolloServer } from "./graphql/apollo.js";
import { Documents } from "./graphql/documents.js";
import { EventStreams } from "./graphql/event-streams.js";
import { createSchema } from "./graphql/schema.js";
import { errorPresenter } from "./graphql/errors.js";
import { DocumentLimits } from "./graphql/limits.js";
import { Subscriptions } from "./graphql/subscriptions.js";
import { registerHttpOperations } from "./graphql/http-operations.js";
import { PreparedOperations } from "./graphql/prepared-operations.js";
import type { SocketOperationsOptions } from "./graphql/socket-operations.js";
import { TrustedDocuments } from "./graphql/trusted-documents.js";
import { GraphQLSockets } from "./graphql/websocket.js";
import { OpsServer, type ReadinessCheck } from "./http/ops.js";
import { registerRest } from "./http/rest.js";
import { HttpServer } from "./http/server.js";
import { registerWeb } from "./http/web.js";
import { welcomePeople } from "./http/welcome.js";
import { ChangeQueue } from "./ingest/change-queue.js";
import { Ingester } from "./ingest/ingester.js";
import { Publisher } from "./ingest/publisher.js";
import { BoardKeeper } from "./leaderboard/board-keeper.js";
import { DurabilityCheck } from "./leaderboard/durability.js";
import { Outbox } from "./leaderboard/outbox.js";
import { toBoards, type Board } from "./leaderboard/types.js";
import { ServiceGroup, type App, type Service } from "./lifecycle.js";
import type { Logger } from "./logger.js";
import { createMetrics } from "./metrics.js";
import { ConnectionLimits } from "./network/connection-limits.js";
import { OriginPolicy } from "./network/origins.js";
import { TrustedProxies } from "./network/trusted-proxies.js";
import { RedisConnection } from "./redis.js";
import { SampledLog, type RequestLog } from "./sampled-log.js";
import { createScoreboard, requestTimeoutMs, type Scoreboard, type Shared } from "./scoreboard.js";
import { databaseAddresses } from "./sync/database-url.js";
import { Database } from "./sync/database.js";
import { Leadership } from "./sync/leader.js";
import { ScoreHistory } from "./sync/score-history.js";
import { ScoreLedger } from "./sync/score-ledger.js";
import { SyncWorker } from "./sync/sync-worker.js";
import { explain } from "./sync/trouble.js";

export const appRoles = ["api", "worker", "ingest", "all"] as const;
export type AppRole = (typeof appRoles)[number];

const graphqlPath = "/graphql";
const streamPath = "/graphql/stream";
/** What `npm run build` made of the pages; the same folder from `src` and from `dist`. */
const webRoot = fileURLToPath(new URL("../dist/web/", import.meta.url));
/** No statement of the worker's takes as long; one that hangs must not outlive the worker's lock by much. */
const passTimeoutMs = 10_000;

/** The composition root: what is built from what. Nothing runs before `start`. */
export function createApp(config: Config, role: AppRole, logger: Logger): App {
  const metrics = createMetrics();
  const boards = toBoards(config.boards);
  const reader = new RedisConnection(config.redisUrls, "reader", logger);
  const subscriber = new RedisConnection(config.redisUrls, "subscriber", logger);
  const keeper = new BoardKeeper(reader.client);
  const channels = new Channels({
    publisher: reader.client,
    subscriber: subscriber.client,
    onGarbage: (board, problem) => logger.warn({ err: problem, board }, "ignored a malformed message on a channel"),
  });

  // A subscriber can't ask whether its server was demoted.
  reader.onWrongServer(() => subscriber.renew());

  const checks: ReadinessCheck[] = [() => reader.problem(), () => subscriber.problem(), boardsCheck(keeper, boards)];
  const log = new SampledLog(logger, () => performance.now());
  const shared: Shared & WithLog = { config, boards, reader, keeper, channels, metrics, logger, log };
  const worker = role === "worker" || role === "all" ? createWorker(shared) : undefined;
  if (worker) checks.push(worker.check);
  const scoreboard = role === "worker" ? undefined : createScoreboard(shared);
  if (scoreboard) checks.push(() => scoreboard.writer.problem());
  const publisher = scoreboard && config.amqpUrl ? new Publisher(config.amqpUrl, logger) : undefined;
  const api = scoreboard && role !== "ingest" ? createApi(shared, scoreboard, publisher) : undefined;
  const ingest = scoreboard && publisher && role !== "api" ? createIngest(shared, scoreboard, publisher) : undefined;
  // Where the API runs, too, all that needs no message broker goes on while that is away.
  if (ingest && !api) checks.push(ingest.check);

  const ops = new OpsServer({
    port: config.opsPort,
    host: config.opsHost,
    checks,
    metrics: metrics.text,
    log: shared.log,
  });
  const durability = new DurabilityCheck(reader.client, config.durability, logger);
  const services = new ServiceGroup(
    [
      ...[reader, durability, subscriber, channels, ...(worker?.services ?? []), ...(scoreboard?.services ?? [])],
      ...[...(publisher ? [publisher] : []), ...(api?.services ?? []), ...(ingest?.services ?? [])],
    ],
    logger,
  );

  return {
    start: async (onOperable) => {
      await ops.start();
      onOperable?.();
      await services.start();
      ops.serving();
    },
    stop: async () => {
      ops.stopping();
      await services.stop();
      await ops.stop();
    },
    get port() {
      return api?.http.port;
    },
    get opsPort() {
      return ops.port;
    },
  };
}

interface WithLog {
  /** For whatever requests set off. */
  readonly log: RequestLog;
}

function createApi(shared: Shared & WithLog, scoreboard: Scoreboard, publisher: Publisher | undefined) {
  const { config, metrics, logger, log } = shared;
  const { leaderboard, feed, around } = scoreboard;
  const { serving: address } = databaseAddresses(config.databaseUrl, config.databaseDirectUrl);
  const database = new Database({ address, statementTimeoutMs: requestTimeoutMs });
  const authenticator = new Authenticator({ jwt: config.jwt, now: Date.now, logger });
  const increments = new Increments(leaderboard, {
    maxIncrement: config.maxIncrement,
    queue: publisher && new ChangeQueue(publisher, metrics),
    timeoutMs: requestTimeoutMs,
  });
  const { introspection } = config;
  const schema = createSchema({ leaderboard, increments, feed, around, history: new ScoreHistory(database) });
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
    metrics,
    logger,
    log,
  });

  const hub = new SubscriptionHub({
    onMessage: () => metrics.messages.inc(),
    onWrite: (bytes) => {
      metrics.delivered.inc();
      metrics.deliveredBytes.inc(bytes);
    },
    onConflated: () => metrics.conflated.inc(),
    onPushed: (seconds) => metrics.pushLag.observe(seconds),
    onError: (error) => log.error({ err: error }, "a subscription could not be served"),
  });
  const operations: SocketOperationsOptions = {
    schema,
    documents: new Documents({ schema, limits: documentLimits, introspection, trusted }),
    subscriptions: new Subscriptions({ schema, limits: documentLimits, hub }),
    authenticator,
    metrics,
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
    metrics,
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
        metrics,
      });
      streams.register(app);
      registerRest(app, { increments, authenticator, metrics, logger: log });
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
  metrics.readFrom({ viewers: () => hub.viewers, operations: () => hub.operations });
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

function createIngest({ metrics, logger }: Shared, { leaderboard }: Scoreboard, publisher: Publisher) {
  const ingester = new Ingester({ leaderboard, publisher, metrics, logger });
  const check: ReadinessCheck = () =>
    Promise.resolve(ingester.consuming ? undefined : "the message broker does not answer");
  return { services: [ingester], check };
}

function createWorker({ config, boards, reader, keeper, channels, metrics, logger }: Shared) {
  const { serving, direct } = databaseAddresses(config.databaseUrl, config.databaseDirectUrl);
  const database = new Database({ address: serving, statementTimeoutMs: passTimeoutMs, refuseStandby: true });
  const history = new ScoreHistory(database);
  const ledger = new ScoreLedger(database, history);
  const announce = config.durability === "postgres";
  const worker = new SyncWorker({
    keeper,
    outbox: new Outbox(reader.client),
    ledger,
    history,
    historyRetentionDays: config.historyRetentionDays,
    boards,
    leadership: new Leadership({ address: direct, logger }),
    intervalMs: config.syncIntervalMs,
    onSynced: (board, position) => (announce ? channels.publishSynced(board, position) : Promise.resolve()),
    metrics,
    logger,
    now: Date.now,
  });
  const requests: Service = {
    name: "sync-requests",
    start: async () => {
      if (!announce) return;
      for (const board of boards) await channels.onSyncRequest(board, () => worker.request(board));
    },
    stop: () => Promise.resolve(),
  };
  const check: ReadinessCheck = () =>
    database.ping().then(
      () => worker.trouble,
      (error: unknown) => explain(error).sentence,
    );
  return { services: [database, worker, requests], check };
}

function boardsCheck(keeper: BoardKeeper, boards: readonly Board[]): ReadinessCheck {
  return async () => {
    try {
      const states = await Promise.all(boards.map((board) => keeper.readState(board)));
      const closed = boards.filter((_board, index) => !states[index]?.open);
      return closed.length === 0 ? undefined : `not open yet: ${closed.join(", ")} (a worker opens boards)`;
    } catch {
      return "the boards' state can't be read";
    }
  };
}
