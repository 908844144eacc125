import { Counter } from "prom-client";
import type { Registry } from "../observability/metrics.js";

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
  return { failures };
}
