import { BoardDirectory } from "../boards/directory.js";
import { Channels } from "../channels/channels.js";
import type { Config } from "../config/config.js";
import { BoardRegister } from "../ledger/board-register.js";
import { databaseAddresses } from "../ledger/database-url.js";
import { Database } from "../ledger/database.js";
import { databaseObserver } from "../ledger/metrics.js";
import type { Logger } from "../observability/logger.js";
import { EventLoopWatch } from "../observability/event-loop-watch.js";
import { SampledLog } from "../observability/sampled-log.js";
import type { Traces } from "../observability/traces.js";
import { RedisConnection } from "../redis/connection.js";
import { DurabilityCheck } from "../redis/durability.js";
import { observeConnection } from "../redis/metrics.js";
import { BoardKeeper } from "../standings/board-keeper.js";
import { readBoardsVersion, readDefinition } from "../standings/kept-definitions.js";
import { notReady, type NotReadyKind, type ReadinessCheck } from "../transports/readiness.js";
import { createMetrics } from "./metrics.js";

export type Foundation = ReturnType<typeof createFoundation>;

/** No request waits longer than this for a dead store. */
export const requestTimeoutMs = 4_500;

/** The parts that every role needs: the connections to Redis and to the other processes. */
export function createFoundation(config: Config, logger: Logger, version: string, traces: Traces) {
  const metrics = createMetrics(version);
  /** For events that requests cause. */
  const log = new SampledLog(logger);
  const reader = new RedisConnection(config.redisUrls, "reader", logger, traces);
  const subscriber = new RedisConnection(config.redisUrls, "subscriber", logger);
  // A subscriber's connection can't ask whether its server was demoted.
  reader.onWrongServer(() => subscriber.renew());
  for (const connection of [reader, subscriber]) observeConnection(metrics.redis, connection);
  const keeper = new BoardKeeper(reader.client);
  const { serving: address } = databaseAddresses(config.databaseUrl, config.databaseDirectUrl);
  const observer = databaseObserver(metrics.ledger);
  /** For what requests read. */
  const database = new Database({ address, statementTimeoutMs: requestTimeoutMs, observer, traces });
  const register = new BoardRegister(database);
  const boards = new BoardDirectory({
    configured: config.boards,
    readLive: (board) => readDefinition(reader.client, board),
    readStored: (board) => register.read(board),
    readVersion: () => readBoardsVersion(reader.client),
    logger,
  });
  const channels = new Channels({
    publisher: reader.client,
    subscriber: subscriber.client,
    onGarbage: (channel, problem) => log.warn({ err: problem, channel }, "ignored a malformed message on a channel"),
  });
  const durability = new DurabilityCheck(
    reader.client,
    { durability: config.durability, ask: config.redisConfigCheck },
    logger,
  );
  const checks: ReadinessCheck[] = [
    checkOf("redis", () => reader.problem()),
    checkOf("redis", () => subscriber.problem()),
    boardsCheck(keeper, boards),
  ];
  const eventLoop = new EventLoopWatch((seconds) => metrics.process.eventLoopDelay.observe(seconds));
  const services = [eventLoop, database, reader, durability, subscriber, channels, boards];
  const parts = { boards, register, database, reader, keeper, channels };
  return { config, version, logger, log, metrics, traces, ...parts, checks, services };
}

/** @param problem one sentence; undefined when there is none */
export function checkOf(kind: NotReadyKind, problem: () => Promise<string | undefined>): ReadinessCheck {
  return async () => {
    const sentence = await problem();
    return sentence === undefined ? undefined : notReady(kind, sentence);
  };
}

/** Only of the configured boards: the others are opened when somebody uses them. */
function boardsCheck(keeper: BoardKeeper, { configured }: BoardDirectory): ReadinessCheck {
  return async () => {
    try {
      const states = await Promise.all(configured.map((board) => keeper.readState(board)));
      const closed = configured.filter((_board, index) => !states[index]?.open);
      if (closed.length === 0) return undefined;
      return notReady("boardsClosed", `not open yet: ${closed.join(", ")} (a worker opens boards)`);
    } catch {
      return notReady("boardsUnread");
    }
  };
}
