import { Counter, Histogram } from "prom-client";
import { createReadGauge, createReadGauges, type Registry } from "../observability/metrics.js";
import type { RedisConnection } from "./connection.js";

export type RedisMetrics = ReturnType<typeof createRedisMetrics>;

export function createRedisMetrics(registry: Registry) {
  const registers = [registry];
  return {
    memory: createReadGauge(registry, {
      name: "standings_redis_memory_ratio",
      help: "Used share of Redis' memory; above 0.8 increments are refused.",
      aggregator: "max",
    }),
    refusing: createReadGauge(registry, {
      name: "standings_redis_full",
      help: "1 while this process refuses increments because Redis' memory is nearly full.",
      aggregator: "max",
    }),
    up: createReadGauges(registry, "connection", {
      name: "standings_redis_up",
      help: "1 while Redis can be used, by connection (reader, writer, subscriber).",
      aggregator: "min",
    }),
    connects: new Counter({
      name: "standings_redis_connects_total",
      help: "How often a connection to Redis became ready, by connection. The first time is the start.",
      labelNames: ["connection"] as const,
      registers,
    }),
    probeDuration: new Histogram({
      name: "standings_redis_probe_duration_seconds",
      help: "Time of a small command to Redis, sent every two seconds, by connection.",
      labelNames: ["connection"] as const,
      buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
  };
}

export function observeConnection(metrics: RedisMetrics, connection: RedisConnection): void {
  const label = { connection: connection.purpose };
  metrics.up.readFrom(connection.purpose, () => (connection.isUsable ? 1 : 0));
  metrics.connects.inc(label, 0);
  connection.client.on("ready", () => metrics.connects.inc(label));
  connection.onProbed((seconds) => metrics.probeDuration.observe(label, seconds));
}
