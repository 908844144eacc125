import { createReadGauge, type Registry } from "../observability/metrics.js";

export function createRedisMetrics(registry: Registry) {
  return {
    memory: createReadGauge(registry, {
      name: "standings_redis_memory_ratio",
      help: "Used share of Redis' memory; above 0.8 increments are refused.",
      aggregator: "max",
    }),
  };
}
