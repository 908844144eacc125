import { Counter, Histogram } from "prom-client";
import { createReadGauge, createTallyCounter, type Registry } from "../observability/metrics.js";
import type { HubObserver } from "./viewer-group.js";

export type FanoutMetrics = ReturnType<typeof createFanoutMetrics>;

export function createFanoutMetrics(registry: Registry) {
  const registers = [registry];
  return {
    viewers: createReadGauge(registry, {
      name: "standings_viewers",
      help: "Open subscriptions of this process.",
    }),
    operations: createReadGauge(registry, {
      name: "standings_subscribed_operations",
      help: "Distinct operations that viewers of this process subscribe to; each is executed once per change.",
    }),
    messages: new Counter({
      name: "standings_messages_total",
      help: "Messages that were executed and serialised for viewers.",
      registers,
    }),
    delivered: createTallyCounter(registry, {
      name: "standings_delivered_messages_total",
      help: "Messages written to viewers' sockets.",
    }),
    deliveredBytes: createTallyCounter(registry, {
      name: "standings_delivered_bytes_total",
      help: "Bytes of messages written to viewers' sockets.",
    }),
    conflated: new Counter({
      name: "standings_conflated_messages_total",
      help: "Messages that a slow socket skipped or got late.",
      registers,
    }),
    errors: new Counter({
      name: "standings_subscription_errors_total",
      help: "Messages that could not be made for viewers, and first values that could not be read.",
      registers,
    }),
    pushing: createReadGauge(registry, {
      name: "standings_pushing_operations",
      help: "Subscribed operations whose newest message is still on its way to viewers.",
    }),
    pushLag: new Histogram({
      name: "standings_push_lag_seconds",
      help: "Time from a change to its last write to a viewer of this process, by the clocks of the two processes.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
  };
}

/** Counts what the hub does; the caller handles the hub's errors. */
export function countingObserver(metrics: FanoutMetrics): Omit<HubObserver, "onError"> {
  const { messages, delivered, deliveredBytes, conflated, pushLag } = metrics;
  return {
    onMessage: () => messages.inc(),
    onWrite: (bytes) => {
      delivered.add(1);
      deliveredBytes.add(bytes);
    },
    onConflated: () => conflated.inc(),
    onPushed: (seconds) => pushLag.observe(seconds),
  };
}
