import type { Board, BoardDefinition } from "../domain/board.js";
import type { RedisClient } from "../redis/client.js";
import { keys } from "../redis/keys.js";

/** A board's definition as the leader has applied it to Redis; undefined where it has not. O(1). */
export async function readDefinition(client: RedisClient, board: Board): Promise<BoardDefinition | undefined> {
  const text = await client.hget(keys.meta(board), "definition");
  // Only the leader writes it.
  return text === null ? undefined : (JSON.parse(text) as BoardDefinition);
}

/** The newest version of any board that the leader has applied to Redis; null before the first. O(1). */
export async function readBoardsVersion(client: RedisClient): Promise<string | null> {
  return client.get(keys.boardsVersion);
}

export async function writeBoardsVersion(client: RedisClient, version: number): Promise<void> {
  await client.set(keys.boardsVersion, version);
}
