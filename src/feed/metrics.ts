import { Counter } from "prom-client";
import { createReadGauge, type Registry } from "../observability/metrics.js";

export function createFeedMetrics(registry: Registry) {
  const registers = [registry];
  return {
    publishedSnapshots: new Counter({
      name: "standings_published_snapshots_total",
      help: "Snapshots that this process published to all processes.",
      registers,
    }),
    publishFailures: new Counter({
      name: "standings_publish_failures_total",
      help: "Changes of a board that this process could not publish. Viewers see them up to a second later.",
      registers,
    }),
    missedSnapshots: new Counter({
      name: "standings_missed_snapshots_total",
      help: "Snapshots that the comparison with Redis, once a second, found before a message brought them: late or lost.",
      registers,
    }),
    watchedPlaces: createReadGauge(registry, {
      name: "standings_watched_places",
      help: "Distinct players and radii whose rows viewers of this process watch; each is read once per change.",
    }),
  };
}
