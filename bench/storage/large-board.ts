import { findDrift } from "../../src/sync/drift.js";
import { readRedisUsage } from "../redis-usage.js";
import { createBoard } from "./create-board.js";
import { applyChanges, board, type BenchStores } from "./stores.js";

export interface LargeBoardResult {
  readonly players: number;
  readonly rebuildSeconds: number;
  readonly checkSeconds: number;
  /** Memory of Redis for each player. */
  readonly bytesAPlayer: number;
  /** Processor time of Redis for each change in batches of 64, in microseconds. */
  readonly redisMicroseconds: number;
  readonly nodeMicroseconds: number;
}

const changes = 64_000;

/**
 * Measures a board of this many players: rebuilds it from PostgreSQL, compares it with PostgreSQL, and writes to it.
 */
export async function measureBoard(stores: BenchStores, players: number): Promise<LargeBoardResult> {
  const { sql, redis } = stores;
  await redis.client.flushall();
  await sql.query("TRUNCATE user_scores, score_events, sync_cursor");
  await sql.query(
    `INSERT INTO user_scores (board, user_id, score, revision)
     SELECT 'main', 'player-' || n, (random() * 1000000)::bigint, n FROM generate_series(0, $1 - 1) AS n`,
    [players],
  );
  await sql.query("INSERT INTO sync_cursor (board, epoch, revision, fence) VALUES ('main', 1, $1, 1)", [players]);
  const before = (await readRedisUsage(redis.client)).memoryBytes;
  const rebuildSeconds = await timed(() => createBoard(stores));
  const bytesAPlayer = ((await readRedisUsage(redis.client)).memoryBytes - before) / players;
  const checkSeconds = await timed(() => findDrift(stores, board, () => Promise.resolve()));

  await applyChanges(stores.store, changes / 4, players); // warms up
  const [redisBefore, nodeBefore] = [await readRedisUsage(redis.client), process.cpuUsage()];
  await applyChanges(stores.store, changes, players);
  const node = process.cpuUsage(nodeBefore);
  const redisMicroseconds = ((await readRedisUsage(redis.client)).cpuMicros - redisBefore.cpuMicros) / changes;
  const nodeMicroseconds = (node.user + node.system) / changes;
  return { players, rebuildSeconds, checkSeconds, bytesAPlayer, redisMicroseconds, nodeMicroseconds };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}
