import { Counter } from "prom-client";
import type { Registry } from "../observability/metrics.js";

export type IngestMetrics = ReturnType<typeof createIngestMetrics>;

export function createIngestMetrics(registry: Registry) {
  const registers = [registry];
  return {
    enqueued: new Counter({
      name: "standings_enqueued_total",
      help: "Increments that the message broker confirmed to this process, by board.",
      labelNames: ["board"] as const,
      registers,
    }),
    ingested: new Counter({
      name: "standings_ingested_total",
      help: "Queued increments that this process applied, by board; replayed: counted before, and delivered again.",
      labelNames: ["board", "outcome"] as const,
      registers,
    }),
    deadLettered: new Counter({
      name: "standings_dead_lettered_total",
      help: "Queued increments that were refused for good and set aside, by error code. Alarm on any.",
      labelNames: ["code"] as const,
      registers,
    }),
  };
}
