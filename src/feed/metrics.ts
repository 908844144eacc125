import { Counter } from "prom-client";
import type { Registry } from "../observability/metrics.js";

export function createFeedMetrics(registry: Registry) {
  return {
    publishedSnapshots: new Counter({
      name: "standings_published_snapshots_total",
      help: "Snapshots that this process published to all processes.",
      registers: [registry],
    }),
  };
}
