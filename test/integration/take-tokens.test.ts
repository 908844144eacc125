import { afterAll, beforeAll, expect, test } from "vitest";
import type { Board } from "../../src/domain/board.js";
import type { Change } from "../../src/domain/change.js";
import type { UserId } from "../../src/domain/player.js";
import type { Score } from "../../src/domain/score.js";
import { ScoreStore } from "../../src/standings/score-store.js";
import { startStores, type Stores } from "../helpers/stores.js";

const board = "main" as Board;
const burst = 5;
let stores: Stores;
let store: ScoreStore;

beforeAll(async () => {
  stores = await startStores();
  const { redisClient } = stores;
  // So slow that the bucket does not refill while a test runs.
  const limits = { player: { perSecond: 0.01, burst }, service: undefined };
  store = new ScoreStore({ writer: redisClient, reader: redisClient }, limits);
});
afterAll(() => stores.stop());

function changeOf(subject: string, ratePolicy: Change["ratePolicy"] = "player"): Change {
  const userId = subject as UserId;
  const amount = 1 as Score;
  return { userId, amount, season: undefined, subject, ratePolicy, idempotencyKey: undefined, ranked: false };
}

test("tokens that are taken together cost as much as one by one, and as many are taken as there are", async () => {
  expect(await store.takeTokens(board, changeOf("together"), 3)).toEqual({ taken: 3, waitMs: 0 });
  const { taken, waitMs } = await store.takeTokens(board, changeOf("together"), 100);
  expect(taken).toBe(burst - 3);

  for (let times = 0; times < burst; times += 1) {
    expect(await store.takeTokens(board, changeOf("alone"), 1)).toEqual({ taken: 1, waitMs: 0 });
  }
  const alone = await store.takeTokens(board, changeOf("alone"), 1);
  expect(alone.taken).toBe(0);
  for (const wait of [waitMs, alone.waitMs]) {
    expect(wait).toBeGreaterThan(90_000);
    expect(wait).toBeLessThanOrEqual(100_000);
  }
});

test("an empty bucket is not charged", async () => {
  await store.takeTokens(board, changeOf("empty"), burst);
  const before = await stores.redisClient.get("lb:rate:empty");
  expect(await store.takeTokens(board, changeOf("empty"), 2)).toMatchObject({ taken: 0 });
  expect(await stores.redisClient.get("lb:rate:empty")).toBe(before);
});

test("without a limit all pass, and Redis keeps nothing", async () => {
  expect(await store.takeTokens(board, changeOf("free", "service"), 100)).toEqual({ taken: 100, waitMs: 0 });
  expect(await stores.redisClient.exists("lb:rate:free")).toBe(0);
});
