import { Counter } from "prom-client";
import { createReadGauge, type Registry } from "../observability/metrics.js";

export type AuthMetrics = ReturnType<typeof createAuthMetrics>;

export function createAuthMetrics(registry: Registry) {
  return {
    keyRequests: new Counter({
      name: "standings_key_requests_total",
      help: "Requests for the keys of the authentication service (JWT_JWKS_URL), by outcome.",
      labelNames: ["outcome"] as const,
      registers: [registry],
    }),
    keyAge: createReadGauge(registry, {
      name: "standings_key_age_seconds",
      help: "Time since the keys of the authentication service were last read, or since the start; 0 without JWT_JWKS_URL.",
      // The sum over several processes would mean nothing.
      aggregator: "max",
    }),
  };
}
