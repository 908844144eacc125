import { Counter } from "prom-client";
import { createReadGauge, createReadGauges, type Registry } from "../observability/metrics.js";

export type IngestMetrics = ReturnType<typeof createIngestMetrics>;

export function createIngestMetrics(registry: Registry) {
  const registers = [registry];
  const deadLettered = new Counter({
    name: "standings_dead_lettered_total",
    help: "Queued increments that were refused for good and set aside, by error code. Alarm on any.",
    labelNames: ["code"] as const,
    registers,
  });
  // A first value, so that an alert sees the first dead letter as an increase.
  for (const code of ["BAD_USER_INPUT", "IDEMPOTENCY_KEY_REUSED"]) deadLettered.inc({ code }, 0);
  return {
    deadLettered,
    up: createReadGauges(registry, "connection", {
      name: "standings_broker_up",
      help: "1 while the message broker can be used, by connection (publisher, consumer). Missing without AMQP_URL.",
      aggregator: "min",
    }),
    unconfirmed: createReadGauge(registry, {
      name: "standings_unconfirmed_messages",
      help: "Messages that were sent to the broker and not confirmed yet.",
    }),
    inFlight: createReadGauge(registry, {
      name: "standings_ingest_messages_in_flight",
      help: "Messages from the broker that are being applied, or wait for their next attempt.",
    }),
    failures: new Counter({
      name: "standings_ingest_failures_total",
      help: "Attempts to apply a queued increment that failed and will be repeated.",
      registers,
    }),
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
  };
}
