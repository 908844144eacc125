import { Counter, Gauge, Histogram } from "prom-client";
import type { Board } from "../domain/board.js";
import { createReadGauge, type Registry } from "../observability/metrics.js";
import type { RecoveryPlan } from "./recovery-plan.js";

export type SyncMetrics = ReturnType<typeof createSyncMetrics>;

export function createSyncMetrics(registry: Registry) {
  const registers = [registry];
  return {
    syncedChanges: new Counter({
      name: "standings_synced_changes_total",
      help: "Changes committed in PostgreSQL by this process, by board.",
      labelNames: ["board"] as const,
      registers,
    }),
    syncFailures: new Counter({
      name: "standings_sync_failures_total",
      help: "Passes of the worker that failed and will be repeated.",
      registers,
    }),
    rejectedEvents: new Counter({
      name: "standings_rejected_events_total",
      help: "Changes that PostgreSQL refused and that were set aside in rejected_events, by board. Alarm on any.",
      labelNames: ["board"] as const,
      registers,
    }),
    outboxLength: new Gauge({
      name: "standings_outbox_length",
      help: "Accepted changes in Redis that are not yet in PostgreSQL, by board, as of the worker's last pass.",
      labelNames: ["board"] as const,
      registers,
    }),
    syncLag: new Gauge({
      name: "standings_sync_lag_seconds",
      help: "Age of the oldest change that is not yet in PostgreSQL, by board, as of the worker's last pass.",
      labelNames: ["board"] as const,
      registers,
    }),
    epoch: new Gauge({
      name: "standings_epoch",
      help: "The board's epoch: how often its standings were rebuilt, plus one.",
      labelNames: ["board"] as const,
      registers,
    }),
    open: new Gauge({
      name: "standings_board_open",
      help: "1 while the board takes changes, 0 while it waits for its recovery, by board, as of the worker's last look.",
      labelNames: ["board"] as const,
      registers,
    }),
    recoveryDuration: new Histogram({
      name: "standings_recovery_duration_seconds",
      help: "Time of a recovery that succeeded, by kind.",
      labelNames: ["kind"] as const,
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    }),
    recoveries: new Counter({
      name: "standings_recoveries_total",
      help: "Recoveries that this worker did, by board and kind.",
      labelNames: ["board", "kind"] as const,
      registers,
    }),
    passDuration: new Histogram({
      name: "standings_sync_pass_duration_seconds",
      help: "Time of a pass of one board that succeeded: from the look at Redis to the last commit.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    failuresInARow: createReadGauge(registry, {
      name: "standings_sync_failures_in_a_row",
      help: "Passes of this worker that have failed since the last one that succeeded.",
      aggregator: "max",
    }),
    upkeepFailures: new Counter({
      name: "standings_history_upkeep_failures_total",
      help: "Failures to create next month's partition of the history, or to drop months that are too old, by task.",
      labelNames: ["task"] as const,
      registers,
    }),
    differingPlayers: new Gauge({
      name: "standings_differing_players",
      help: "Players whose totals in Redis and PostgreSQL differ, by board, as of this worker's last comparison.",
      labelNames: ["board"] as const,
      registers,
    }),
    comparedAt: new Gauge({
      name: "standings_last_comparison_timestamp_seconds",
      help: "When this worker last compared Redis with PostgreSQL, by board, in seconds since 1970.",
      labelNames: ["board"] as const,
      registers,
    }),
    leader: createReadGauge(registry, {
      name: "standings_leader",
      help: "1 while this process is the worker that writes to PostgreSQL.",
    }),
  };
}

const planKinds = ["create", "open", "rebuildStandings", "rebuildLedger"] satisfies RecoveryPlan["kind"][];
export const upkeepTasks = ["createMonth", "dropMonths"] as const;
export type UpkeepTask = (typeof upkeepTasks)[number];

/** Gives counters their first value, so that an alert sees the first event as an increase. */
export function expectUpkeep({ upkeepFailures }: SyncMetrics): void {
  for (const task of upkeepTasks) upkeepFailures.inc({ task }, 0);
}

/** As `expectUpkeep`, for a board that this worker begins to look at. */
export function expectEvents({ syncedChanges, rejectedEvents, recoveries }: SyncMetrics, board: Board): void {
  syncedChanges.inc({ board }, 0);
  rejectedEvents.inc({ board }, 0);
  for (const kind of planKinds) recoveries.inc({ board, kind }, 0);
}

/** Labels of boards that had work once would pile up. */
export function forgetBoard(metrics: SyncMetrics, board: Board): void {
  for (const gauge of boardGauges(metrics)) gauge.remove({ board });
  metrics.syncedChanges.remove({ board });
  metrics.rejectedEvents.remove({ board });
  for (const kind of planKinds) metrics.recoveries.remove({ board, kind });
}

/** A worker that does not lead must not go on telling what it saw when it led. */
export function forgetBoards(metrics: SyncMetrics): void {
  for (const gauge of boardGauges(metrics)) gauge.reset();
}

function boardGauges({ outboxLength, syncLag, open, epoch, differingPlayers, comparedAt }: SyncMetrics) {
  return [outboxLength, syncLag, open, epoch, differingPlayers, comparedAt];
}
