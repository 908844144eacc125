import { Counter, Gauge } from "prom-client";
import type { Registry } from "../observability/metrics.js";

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
    recoveries: new Counter({
      name: "standings_recoveries_total",
      help: "Recoveries that this worker did, by board and kind.",
      labelNames: ["board", "kind"] as const,
      registers,
    }),
    leader: new Gauge({
      name: "standings_leader",
      help: "1 while this process is the worker that writes to PostgreSQL.",
      registers,
    }),
  };
}
