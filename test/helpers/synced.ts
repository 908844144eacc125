import type { Stores } from "./stores.js";
import { waitFor } from "./wait-for.js";

/** Waits until PostgreSQL has all changes of a board that Redis has. */
export async function untilSynced({ redisClient, query }: Stores, board: string): Promise<void> {
  await waitFor(async () => {
    const sql = "SELECT revision::text AS at FROM sync_cursor WHERE board = $1";
    const [cursor] = await query<{ at: string }>(sql, [board]);
    return cursor?.at === (await redisClient.hget(`lb:{${board}}:meta`, "revision"));
  });
}
