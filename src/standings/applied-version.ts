import type { RedisClient } from "../redis/client.js";
import { keys } from "../redis/keys.js";

/** The newest version of any board that the leader has brought to Redis; 0 when it has brought none. O(1). */
export async function readAppliedVersion(client: RedisClient): Promise<number> {
  return Number((await client.get(keys.boardsVersion)) ?? 0);
}
