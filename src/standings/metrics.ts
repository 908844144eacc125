import { Counter, Histogram } from "prom-client";
import type { Board } from "../domain/board.js";
import { createReadGauge, type Registry } from "../observability/metrics.js";
import type { BatchResult } from "./score-store.js";
import { batchFailureReasons } from "./write-errors.js";

const changeOutcomes = [
  ...["accepted", "keyReused", "outOfRange", "rateLimited", "seasonClosed", "boardArchived", "failed"],
] as const;

export type StandingsMetrics = ReturnType<typeof createStandingsMetrics>;

export function createStandingsMetrics(registry: Registry) {
  const registers = [registry];
  return {
    waitingIncrements: createReadGauge(registry, {
      name: "standings_waiting_increments",
      help: "Increments that wait to be sent to Redis.",
    }),
    increments: new Counter({
      name: "standings_increments_total",
      help: "Increments that Redis settled, by board and outcome.",
      labelNames: ["board", "outcome"] as const,
      registers,
    }),
    batchSize: new Histogram({
      name: "standings_batch_size",
      help: "Increments in one script call.",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128],
      registers,
    }),
    batchDuration: new Histogram({
      name: "standings_batch_duration_seconds",
      help: "Time of one script call, including the network round trip.",
      buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    batchFailures: new Counter({
      name: "standings_batch_failures_total",
      help:
        "Script calls that settled nothing, by board and reason. recovering: the board is closed; not_applied: Redis " +
        "refused the call; unknown: the answer got lost, so the changes may have been applied.",
      labelNames: ["board", "reason"] as const,
      registers,
    }),
  };
}

/** Gives counters their first value, so that an alert sees the first event as an increase. */
export function expectBoards({ batchFailures }: StandingsMetrics, boards: readonly Board[]): void {
  for (const board of boards) for (const reason of batchFailureReasons) batchFailures.inc({ board, reason }, 0);
}

/** Labels of boards that were busy once would pile up. */
export function forgetBoard({ increments, batchFailures }: StandingsMetrics, board: Board): void {
  for (const reason of batchFailureReasons) batchFailures.remove({ board, reason });
  for (const outcome of changeOutcomes) increments.remove({ board, outcome });
}

export function observeBatch(
  { batchSize, batchDuration, increments }: StandingsMetrics,
  board: Board,
  { outcomes }: BatchResult,
  seconds: number,
): void {
  batchSize.observe(outcomes.length);
  batchDuration.observe(seconds);
  const counts = new Map<string, number>();
  for (const { kind } of outcomes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  for (const [outcome, count] of counts) increments.inc({ board, outcome }, count);
}
