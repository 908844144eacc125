import { SyncProgress } from "../channels/sync-progress.js";
import type { Board } from "../domain/board.js";
import { ScoresAroundFeed } from "../feed/scores-around-feed.js";
import { TopScoresFeed } from "../feed/top-scores-feed.js";
import { RedisConnection } from "../redis/connection.js";
import { MemoryGuard } from "../redis/memory-guard.js";
import { observeConnection } from "../redis/metrics.js";
import { KeyClaims } from "../standings/key-claims.js";
import { Leaderboard } from "../standings/leaderboard.js";
import { expectBoards, forgetBoard, observeBatch } from "../standings/metrics.js";
import { ScoreStore } from "../standings/score-store.js";
import { WorkSet } from "../standings/work-set.js";
import { requestTimeoutMs, type Foundation } from "./foundation.js";

export type Standings = ReturnType<typeof createStandings>;

const reconcileIntervalMs = 1_000;

/**
 * For roles that change scores: the leaderboard, with the parts that make its changes durable and show them to viewers.
 */
export function createStandings({ config, boards, reader, channels, metrics, traces, logger, log }: Foundation) {
  const writer = new RedisConnection(config.redisUrls, "writer", logger, traces);
  observeConnection(metrics.redis, writer);
  const { isCluster } = writer.client;
  const clients = { writer: writer.client, reader: reader.client };
  const store = new ScoreStore(clients, config.rateLimits, !isCluster);
  const waitForSync = config.durability === "postgres";
  const progress = new SyncProgress(channels);
  const memory = new MemoryGuard(reader.client, logger);
  const work = new WorkSet(writer.client);
  const leaderboard = new Leaderboard(store, {
    work,
    claims: isCluster ? new KeyClaims(writer.client, logger) : undefined,
    whenDurable: waitForSync ? (board, position, deadline) => progress.wait(board, position, deadline) : undefined,
    timeoutMs: requestTimeoutMs,
    isFull: () => memory.full,
    traces,
    logger,
  });
  const { pushIntervalMs } = config;
  const feed = new TopScoresFeed(leaderboard, channels, {
    pushIntervalMs,
    reconcileIntervalMs,
    onPublished: () => metrics.feed.publishedSnapshots.inc(),
    onPublishFailed: () => metrics.feed.publishFailures.inc(),
    onMissed: () => metrics.feed.missedSnapshots.inc(),
    traces,
    logger,
  });
  const around = new ScoresAroundFeed(leaderboard, feed, { pushIntervalMs, reconcileIntervalMs, logger });

  // A lost request only costs time: the worker passes on its interval anyway.
  const requestSync = (board: Board) =>
    channels.requestSync(board).catch((error: unknown) => log.warn({ err: error, board }, "could not ask for a sync"));
  leaderboard.changes.on("batch", (board, result, seconds) => {
    observeBatch(metrics.standings, board, result, seconds);
    if (!result.changed) return;
    feed.changed(board, result.position.revision);
    if (waitForSync) void requestSync(board);
  });
  expectBoards(metrics.standings, boards.configured);
  const isConfigured = new Set(boards.configured);
  leaderboard.changes.on("idle", (board) => {
    if (!isConfigured.has(board)) forgetBoard(metrics.standings, board);
  });
  // The hint makes the leader look at once; the mark makes it look even if the hint gets lost.
  leaderboard.changes.on("closed", (board) => {
    Promise.all([work.mark(board), channels.requestWork(board)]).catch((error: unknown) =>
      log.warn({ err: error, board }, "could not tell the leading worker of a closed board"),
    );
  });
  leaderboard.changes.on("batchFailed", (board, reason) => metrics.standings.batchFailures.inc({ board, reason }));
  metrics.redis.refusing.readFrom(() => (memory.full ? 1 : 0));
  metrics.redis.memory.readFrom(() => memory.used);
  metrics.feed.watchedPlaces.readFrom(() => around.watchedPlaces);
  metrics.standings.waitingIncrements.readFrom(() => leaderboard.waiting);

  return { leaderboard, feed, around, writer, services: [writer, memory, progress, feed, around] };
}
