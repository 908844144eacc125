import { Counter, Gauge } from "prom-client";
import { createReadGauge, type Registry } from "../observability/metrics.js";

export type ShedMetrics = ReturnType<typeof createShedMetrics>;

export function createShedMetrics(registry: Registry) {
  return {
    delay: createReadGauge(registry, {
      name: "standings_event_loop_delay_seconds",
      help: "By how much the event loop of this process was late, weighted by time, in the last second.",
      // The slowest process of a supervisor counts.
      aggregator: "max",
    }),
    level: createReadGauge(registry, {
      name: "standings_shedding_level",
      help: "Who is refused because the event loop is too slow. 0: nobody. 1: requests without a token. 2: all.",
      aggregator: "max",
    }),
    shed: new Counter({
      name: "standings_shed_requests_total",
      help: "Requests refused because the event loop was too slow.",
      registers: [registry],
    }),
  };
}

export type ConnectionMetrics = ReturnType<typeof createConnectionMetrics>;

export function createConnectionMetrics(registry: Registry) {
  const registers = [registry];
  return {
    connections: new Gauge({
      name: "standings_connections",
      help: "Open connections to the public port of this process, WebSockets and event streams among them.",
      registers,
    }),
    badConnections: new Counter({
      name: "standings_bad_connections_total",
      help: "Connections that sent no valid HTTP request, or not in time, by the status that they were refused with.",
      labelNames: ["status"] as const,
      registers,
    }),
    sockets: new Gauge({
      name: "standings_sockets",
      help: "Open WebSockets of this process.",
      registers,
    }),
    eventStreams: new Gauge({
      name: "standings_event_streams",
      help: "Open streams of server-sent events of this process.",
      registers,
    }),
    closedSlow: new Counter({
      name: "standings_closed_slow_connections_total",
      help: "Connections cut off because they did not read the bytes that waited for them.",
      registers,
    }),
  };
}
