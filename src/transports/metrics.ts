import { Counter, Gauge } from "prom-client";
import { createReadGauge, createReadGauges, type Registry } from "../observability/metrics.js";
import type { RefusingLimit } from "./network/connection-limits.js";

export type ShedMetrics = ReturnType<typeof createShedMetrics>;

export function createShedMetrics(registry: Registry) {
  return {
    delay: createReadGauge(registry, {
      name: "standings_shedding_delay_seconds",
      help: "By how much the event loop was late in the last second, weighted by time; shedding begins by it.",
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
  const refusedConnections = new Counter({
    name: "standings_refused_connections_total",
    help:
      "Connections, WebSockets and event streams beyond MAX_CONNECTIONS (process) or MAX_CONNECTIONS_PER_ADDRESS " +
      "(address), by limit.",
    labelNames: ["limit"] as const,
    registers,
  });
  for (const limit of ["process", "address"] satisfies RefusingLimit[]) refusedConnections.inc({ limit }, 0);
  return {
    refusedConnections,
    limit: createReadGauge(registry, {
      name: "standings_connections_limit",
      help: "MAX_CONNECTIONS: the most connections to the public port of this process.",
    }),
    refusedHandshakes: new Counter({
      name: "standings_refused_handshakes_total",
      help: "WebSocket handshakes that were refused, by status; 403: the page's origin is not allowed.",
      labelNames: ["status"] as const,
      registers,
    }),
    closedSockets: new Counter({
      name: "standings_closed_sockets_total",
      help: "WebSockets that were closed, by close code; other: codes that only clients use.",
      labelNames: ["code"] as const,
      registers,
    }),
    unreadBytes: createReadGauges(registry, "kind", {
      name: "standings_unread_bytes",
      help: "Bytes that wait for clients to read them, by kind of connection (http, websocket).",
    }),
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

/** The codes of RFC 6455's registry and of graphql-transport-ws that this service or a browser uses. */
const knownCloseCodes = new Set([
  ...[1000, 1001, 1005, 1006, 1008, 1011, 1013],
  ...[4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500],
]);

/** For a metric's label, which a client must not be able to choose. */
export function closeCodeLabel(code: number): string {
  return knownCloseCodes.has(code) ? String(code) : "other";
}
