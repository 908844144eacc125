import { createBoard } from "./create-board.js";
import { applyChanges, board, type BenchStores } from "./stores.js";
import { syncScores } from "../../src/sync/sync-scores.js";

export interface DrainResult {
  readonly changes: number;
  readonly seconds: number;
  /** The time of a COPY of the same rows into the same tables, with indexes and checks. */
  readonly copySeconds: number;
}

/**
 * Measures how fast a worker that is behind catches up, beside the fastest way to write the same rows to PostgreSQL.
 */
export async function measureDrain(stores: BenchStores, changes: number): Promise<DrainResult> {
  const lease = await createBoard(stores);
  await applyChanges(stores.store, changes, 50_000);
  const began = performance.now();
  const { synced } = await syncScores(stores, board, lease);
  const seconds = (performance.now() - began) / 1_000;
  if (synced !== changes) throw new Error(`${synced} of ${changes} changes were drained`);
  return { changes, seconds, copySeconds: await measureCopy(stores) };
}

async function measureCopy({ sql }: BenchStores): Promise<number> {
  const { rows } = await sql.query<{ data_directory: string }>("SHOW data_directory");
  const folder = rows[0]?.data_directory ?? "";
  const tables = ["score_events", "user_scores"];
  for (const table of tables) {
    await sql.query(`COPY (SELECT * FROM ${table}) TO '${folder}/${table}.copy'`);
    await sql.query(`TRUNCATE ${table}`);
  }
  const began = performance.now();
  for (const table of tables) await sql.query(`COPY ${table} FROM '${folder}/${table}.copy'`);
  return (performance.now() - began) / 1_000;
}
