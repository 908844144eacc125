import { Counter } from "prom-client";
import { createReadGauge, type Registry } from "../observability/metrics.js";

export type AuthMetrics = ReturnType<typeof createAuthMetrics>;

const reasons = ["refused", "unavailable"];

export function createAuthMetrics(registry: Registry) {
  const failures = new Counter({
    name: "standings_token_failures_total",
    help: "Tokens that were not accepted, on all transports; unavailable: nobody could say whether they are valid.",
    labelNames: ["reason"] as const,
    registers: [registry],
  });
  for (const reason of reasons) failures.inc({ reason }, 0);
  return {
    failures,
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
