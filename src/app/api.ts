import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { databaseTurns } from "../commands/database-turns.js";
import { HistoryReads } from "../commands/history-reads.js";
import { Reads } from "../commands/reads.js";
import { ScoreChanges } from "../commands/score-changes.js";
import { StandingsPages } from "../commands/standings-pages.js";
import { countingObserver } from "../fanout/metrics.js";
import { SubscriptionHub } from "../fanout/subscription-hub.js";
import { BoardStatusFeed } from "../feed/board-status-feed.js";
import { ViewerCounts } from "../feed/viewer-counts.js";
import { createSchema } from "../graphql/schema.js";
import { TrustedDocuments } from "../graphql/execution/trusted-documents.js";
import { registerApiDescription } from "../transports/rest/api-description.js";
import { registerBoardReads } from "../transports/rest/board-reads.js";
import { limitReads } from "../transports/rest/limit-reads.js";
import { registerRest } from "../transports/rest/rest.js";
import { HttpServer } from "../transports/http/server.js";
import { PageContent } from "../transports/pages/content.js";
import { DemoTokens } from "../transports/pages/demo-tokens.js";
import { registerPages } from "../transports/pages/routes.js";
import { welcomePeople } from "../transports/graphql/welcome.js";
import { ChangeQueue } from "../ingest/change-queue.js";
import { type Publisher } from "../ingest/publisher.js";
import { Admission } from "../transports/network/admission.js";
import { ConnectionLimits, type RefusingLimit } from "../transports/network/connection-limits.js";
import { LoadShedder } from "../transports/network/load-shedder.js";
import { OriginPolicy } from "../transports/network/origins.js";
import { ReadLimit } from "../transports/network/read-limit.js";
import { TrustedProxies } from "../transports/network/trusted-proxies.js";
import { observePool } from "../ledger/metrics.js";
import { ScoreHistory } from "../ledger/score-history.js";
import { FrozenStandings } from "../ledger/frozen-standings.js";
import { StandingsReader } from "../standings/standings-reader.js";
import { together } from "../lifecycle.js";
import { createAuthentication } from "./authentication.js";
import { createGraphQL } from "./graphql.js";
import { createBoards } from "./boards.js";
import { createPlayers } from "./players.js";
import { requestTimeoutMs, type Foundation } from "./foundation.js";
import type { Standings } from "./standings.js";

/** The folder of the built pages; the same path from `src` and from `dist`. */
const webRoot = fileURLToPath(new URL("../../dist/web/", import.meta.url));

/** Answers requests, and pushes scores to viewers. */
export function createApi(foundation: Foundation, standings: Standings, publisher: Publisher | undefined) {
  const { config, version, boards, database, reader, channels, metrics, traces, logger, log } = foundation;
  const { leaderboard, feed, around } = standings;
  observePool(metrics.ledger, "api", database);
  const authentication = createAuthentication(foundation, database);
  const { authenticator } = authentication;
  const scoreChanges = new ScoreChanges(boards, leaderboard, {
    maxIncrement: config.maxIncrement,
    queue: publisher && new ChangeQueue(publisher, metrics.ingest),
    timeoutMs: requestTimeoutMs,
    metrics: metrics.operations,
    log,
  });
  const { introspection } = config;
  const hub = new SubscriptionHub({
    ...countingObserver(metrics.fanout),
    onTracedPush: ({ traceparent: parent, startedAt, viewers }) =>
      traces
        .begin("push", { kind: "consumer", parent, startedAt, attributes: { "standings.viewers": viewers } })
        ?.end(),
    onError: (error) => {
      metrics.fanout.errors.inc();
      log.error({ err: error }, "a subscription could not be served");
    },
  });
  const standingsReader = new StandingsReader(reader.client);
  const viewerCounts = new ViewerCounts(channels, hub.audiences, logger);
  const statuses = new BoardStatusFeed({
    look: (board) => standingsReader.pulse(board),
    viewersOf: (board) => viewerCounts.of(board),
  });
  const reads = new Reads({ boards, leaderboard, feed, around, statuses });
  const turns = databaseTurns();
  const history = new HistoryReads(boards, new ScoreHistory(database), turns);
  const pages = new StandingsPages({ live: standingsReader, archive: new FrozenStandings(database), turns });
  const { players, profiles } = createPlayers(foundation, standings, database);
  const boardCommands = createBoards(foundation, standings, turns);
  const schema = createSchema({ reads, history, pages, scoreChanges, players, ...boardCommands });
  const trusted =
    config.trustedDocuments &&
    new TrustedDocuments(config.trustedDocuments.file ?? join(webRoot, "persisted-documents.json"));
  const demoTokens = config.demoTokensFile === undefined ? undefined : new DemoTokens(config.demoTokensFile);
  const proxies = new TrustedProxies(config.trustProxy);
  const origins = new OriginPolicy(config.corsOrigins, proxies);
  const onRefused = (limit: RefusingLimit) => metrics.connections.refusedConnections.inc({ limit });
  const limits = new ConnectionLimits({ ...config.connectionLimits, onRefused }, proxies);
  metrics.connections.limit.readFrom(() => config.connectionLimits.maxConnections);
  const shedder = new LoadShedder(config.loadShedding, metrics.shedding, logger);
  const admission = new Admission(new ReadLimit(config.readLimit, () => performance.now()), shedder);
  const graphql = createGraphQL({
    schema,
    hub,
    profiles,
    prepare: config.preparedOperations,
    introspection,
    trusted,
    authenticator,
    proxies,
    origins,
    limits,
    admission,
    drainMs: config.drainMs,
    welcome: welcomePeople({ playground: introspection }),
    metrics,
    traces,
    logger,
    log,
  });
  const http = new HttpServer({
    port: config.port,
    host: config.host,
    cors: config.corsOrigins.length > 0,
    origins,
    limits,
    metrics: metrics.connections,
    traces,
    log,
    register: (app) => {
      const callers = { authenticator, admission, proxies };
      graphql.register(app);
      registerRest(app, { scoreChanges, authenticator, admission, metrics: metrics.operations, logger: log });
      const limit = limitReads(callers);
      registerBoardReads(app, { reads, profiles, limit, metrics: metrics.operations, logger: log });
      registerApiDescription(app, { version, proxies });
      registerPages(app, {
        root: webRoot,
        playground: introspection,
        content: new PageContent({ boards, reads, profiles }),
        origins: config.pageOrigins,
        proxies,
        limit,
        demoTokens,
      });
    },
  });
  metrics.fanout.viewers.readFrom(() => hub.viewers);
  metrics.fanout.operations.readFrom(() => hub.operations);
  metrics.fanout.pushing.readFrom(() => hub.pushing);

  const { apollo, streams } = graphql;
  const viewers = together("viewers", [graphql.socketsOn(http), streams]);
  const front = [apollo, http, viewers];
  const services = [
    ...(trusted ? [trusted] : []),
    ...(demoTokens ? [demoTokens] : []),
    shedder,
    profiles,
    ...authentication.services,
    viewerCounts,
    statuses,
    ...front,
  ];
  return { http, services };
}
