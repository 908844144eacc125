import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { applyMigrations } from "../../src/ledger/migrations.js";
import { startPostgres, startRedis } from "../../scripts/stack.js";
import { BoardKeeper } from "../../src/standings/board-keeper.js";
import { Outbox } from "../../src/standings/outbox.js";
import type { Change } from "../../src/domain/change.js";
import { ScoreStore } from "../../src/standings/score-store.js";
import { configuredBoard, type Board } from "../../src/domain/board.js";
import type { UserId } from "../../src/domain/player.js";
import type { Score } from "../../src/domain/score.js";
import { createLogger } from "../../src/observability/logger.js";
import { RedisConnection } from "../../src/redis/connection.js";
import { databaseAddresses } from "../../src/ledger/database-url.js";
import { Database } from "../../src/ledger/database.js";
import type { RecoveryDeps } from "../../src/sync/recovery.js";
import { ScoreHistory } from "../../src/ledger/score-history.js";
import { ScoreLedger } from "../../src/ledger/score-ledger.js";
import type { CleanUp } from "../clean-up.js";

export const board = "main" as Board;

/** The parts of the service that move changes, on a private Redis and PostgreSQL, without a server around them. */
export interface BenchStores extends RecoveryDeps {
  readonly store: ScoreStore;
  readonly redis: RedisConnection;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly sql: Client;
}

export async function startBenchStores(cleanUp: CleanUp): Promise<BenchStores> {
  const dir = await mkdtemp(join(tmpdir(), "standings-bench-"));
  cleanUp.add(() => rm(dir, { recursive: true, force: true }));
  const redisServer = await startRedis({ dir: join(dir, "redis") });
  cleanUp.add(() => redisServer.stop());
  const postgres = await startPostgres({ dir: join(dir, "postgres") });
  cleanUp.add(() => postgres.stop());
  await applyMigrations(databaseAddresses(postgres.url).direct);

  const logger = createLogger("silent");
  const redis = new RedisConnection([redisServer.url], "reader", logger);
  await redis.start();
  cleanUp.add(() => redis.stop());
  const database = new Database({ address: databaseAddresses(postgres.url).serving, statementTimeoutMs: 600_000 });
  cleanUp.add(() => database.stop());
  const sql = new Client({ connectionString: postgres.url });
  await sql.connect();
  cleanUp.add(() => sql.end());
  const history = new ScoreHistory(database);
  return {
    store: new ScoreStore(
      { writer: redis.client, reader: redis.client },
      { player: { perSecond: 1e6, burst: 1e6 }, service: undefined },
    ),
    readDefinition: (board: Board) => Promise.resolve(configuredBoard(board)),
    redis,
    redisUrl: redisServer.url,
    databaseUrl: postgres.url,
    sql,
    keeper: new BoardKeeper(redis.client),
    outbox: new Outbox(redis.client),
    ledger: new ScoreLedger(database, history),
    history,
    now: Date.now,
    logger,
  };
}

/** Applies changes of random players, 64 in a script call, as 64 simultaneous writers would cause them. */
export async function applyChanges(store: ScoreStore, count: number, players: number): Promise<void> {
  for (let done = 0; done < count; done += 64) {
    const changes = Array.from({ length: Math.min(64, count - done) }, (): Change => {
      const userId = `player-${Math.floor(Math.random() * players)}` as UserId;
      return {
        userId,
        amount: 1 as Score,
        season: undefined,
        subject: "bench",
        ratePolicy: "service",
        idempotencyKey: undefined,
        ranked: false,
      };
    });
    if (!(await store.applyBatch(board, changes))) throw new Error("the board is closed");
  }
}
