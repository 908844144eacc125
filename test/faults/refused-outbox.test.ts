import { expect, test } from "vitest";
import type { ChangeOutcome } from "../../src/standings/score-store.js";
import { board, keyed, useWorker } from "./helpers/worker-steps.js";

/** Redis is full: it still runs the script, and refuses its first write. */

const max = Number.MAX_SAFE_INTEGER;
const worker = useWorker();

test("acked-kept: when the outbox takes no batch, no change of it is answered by another one that was not made", async () => {
  const { redisClient } = worker.stores;
  const kept = keyed("kept", "ada", 5);
  await worker.store.applyBatch(board, [kept, keyed("near the end", "bob", max - 1)]);
  const before = await content();

  await redisClient.config("SET", "maxmemory", "1000000"); // Less than what it holds.
  const result = await worker.store.applyBatch(board, [
    keyed("twice", "ada", 1),
    keyed("twice", "ada", 1),
    keyed("twice", "ada", 2),
    keyed("up", "bob", 1),
    keyed("beyond", "bob", 1),
    kept,
  ]);
  await redisClient.config("SET", "maxmemory", "0");

  const failed: ChangeOutcome = { kind: "failed" };
  expect(result?.outcomes).toEqual([
    ...Array.from({ length: 5 }, () => failed),
    {
      kind: "accepted",
      replayed: true,
      changed: true,
      entry: { board, userId: "ada", score: 5, rank: 2 },
      revision: 1,
    },
  ]);
  expect(result?.changed).toBe(false);
  expect(await content()).toEqual(before);
});

/** Everything that a batch may write. */
async function content(): Promise<unknown> {
  const { redisClient } = worker.stores;
  const day = Math.floor(Date.now() / 86_400_000);
  return Promise.all([
    redisClient.zrange("lb:{main}:scores", "0", "-1", "WITHSCORES"),
    redisClient.xrange("lb:{main}:outbox", "-", "+"),
    redisClient.hgetall("lb:{main}:meta"),
    redisClient.hgetall(`lb:{main}:idem:${day}`),
    redisClient.hgetall(`lb:claim:${day}`),
  ]);
}
