import { randomUUID } from "node:crypto";
import type { Change, IdempotencyKey } from "../../src/domain/change.js";
import type { UserId } from "../../src/domain/player.js";
import type { Score } from "../../src/domain/score.js";
import { board, type BenchBoard } from "./bench-board.js";

export interface ChangeOptions {
  readonly players: number;
  /** Whether every change has an idempotency key of its own, a UUID. Default: false. */
  readonly keyed?: boolean;
  /** Whether the rank after the change is asked for. Default: false. */
  readonly ranked?: boolean;
}

const largestIncrement = 100;

/** @returns a source of changes of random players, as one service sends them */
export function randomChanges({ players, keyed = false, ranked = false }: ChangeOptions): () => Change {
  return () => ({
    userId: `player-${below(players)}` as UserId,
    season: undefined,
    amount: (1 + below(largestIncrement)) as Score,
    subject: "bench",
    ratePolicy: "service",
    idempotencyKey: keyed ? (randomUUID() as IdempotencyKey) : undefined,
    ranked,
  });
}

/** @throws Error unless every change was made */
export async function applyBatch({ store }: BenchBoard, next: () => Change, size: number): Promise<void> {
  const result = await store.applyBatch(board, Array.from({ length: size }, next));
  if (!result) throw new Error("the board is closed");
  const refused = result.outcomes.find((outcome) => outcome.kind !== "accepted" || outcome.replayed);
  if (refused) throw new Error(`a change was not made: ${JSON.stringify(refused)}`);
}

function below(limit: number): number {
  return Math.floor(limit * Math.random());
}
