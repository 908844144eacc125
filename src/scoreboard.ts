import type { Config } from "./config.js";
import { SyncProgress } from "./feed/sync-progress.js";
import type { Channels } from "./feed/pubsub.js";
import { ScoresAroundFeed } from "./feed/scores-around-feed.js";
import { TopScoresFeed } from "./feed/top-scores-feed.js";
import type { BoardKeeper } from "./leaderboard/board-keeper.js";
import { KeyClaims } from "./leaderboard/key-claims.js";
import { Leaderboard } from "./leaderboard/leaderboard.js";
import { MemoryGuard } from "./leaderboard/memory-guard.js";
import { ScoreStore, type BatchResult } from "./leaderboard/score-store.js";
import type { Board } from "./leaderboard/types.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";
import { RedisConnection } from "./redis.js";

/** What every role is built from. */
export interface Shared {
  readonly config: Config;
  readonly boards: readonly Board[];
  readonly reader: RedisConnection;
  readonly keeper: BoardKeeper;
  readonly channels: Channels;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export type Scoreboard = ReturnType<typeof createScoreboard>;

/** No request waits longer for a dead store. */
export const requestTimeoutMs = 4_500;
const reconcileIntervalMs = 1_000;

/** The leaderboard of a process that changes scores, with what makes its changes durable and known to viewers. */
export function createScoreboard({ config, boards, reader, channels, metrics, logger }: Shared) {
  const writer = new RedisConnection(config.redisUrls, "writer", logger);
  const severalBoards = boards.length > 1;
  const { isCluster } = writer.client;
  const clients = { writer: writer.client, reader: reader.client };
  const store = new ScoreStore(clients, config.rateLimits, severalBoards && !isCluster);
  const waitForSync = config.durability === "postgres";
  const progress = new SyncProgress(boards, channels);
  const memory = new MemoryGuard(reader.client, logger);
  const leaderboard = new Leaderboard(store, {
    boards,
    onBatch: (board, result, seconds) => {
      observeBatch(metrics, board, result, seconds);
      if (!result.changed) return;
      feed.changed(board, result.position.revision);
      if (waitForSync) void requestSync(board);
    },
    claims: severalBoards && isCluster ? new KeyClaims(writer.client, logger) : undefined,
    whenDurable: waitForSync ? (board, position, deadline) => progress.wait(board, position, deadline) : undefined,
    timeoutMs: requestTimeoutMs,
    isFull: () => memory.full,
    logger,
  });
  // A request that got lost only costs time: the worker passes on its interval anyway.
  const requestSync = (board: Board) =>
    channels
      .requestSync(board)
      .catch((error: unknown) => logger.warn({ err: error, board }, "could not ask for a sync"));
  const { pushIntervalMs } = config;
  const around = new ScoresAroundFeed(leaderboard, { pushIntervalMs, reconcileIntervalMs, logger });
  const feed = new TopScoresFeed(leaderboard, channels, {
    pushIntervalMs,
    reconcileIntervalMs,
    onPublished: () => metrics.publishedSnapshots.inc(),
    onRevision: (board, revision) => around.changed(board, revision),
    logger,
  });
  metrics.readFrom({ redisMemory: () => memory.used, waitingIncrements: () => leaderboard.waiting });
  return { leaderboard, feed, around, writer, services: [writer, memory, progress, feed, around] };
}

function observeBatch(metrics: Metrics, board: Board, { outcomes }: BatchResult, seconds: number): void {
  metrics.batchSize.observe(outcomes.length);
  metrics.batchDuration.observe(seconds);
  const counts = new Map<string, number>();
  for (const { kind } of outcomes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  for (const [outcome, count] of counts) metrics.increments.inc({ board, outcome }, count);
}
