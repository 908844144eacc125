import { Counter, Histogram } from "prom-client";
import { createReadGauges, type Registry } from "../observability/metrics.js";
import type { Database, DatabaseObserver } from "./database.js";

export type LedgerMetrics = ReturnType<typeof createLedgerMetrics>;

/** A process has a pool for the worker's writes, and one for what requests read. */
export type PoolName = "worker" | "api";

export function createLedgerMetrics(registry: Registry) {
  const registers = [registry];
  return {
    up: createReadGauges(registry, "pool", {
      name: "standings_database_up",
      help: "1 while PostgreSQL answers, as of the last statement or readiness check, by pool of connections.",
      aggregator: "min",
    }),
    inUse: createReadGauges(registry, "pool", {
      name: "standings_database_connections_in_use",
      help: "Connections to PostgreSQL that run a statement, by pool.",
    }),
    maxConnections: createReadGauges(registry, "pool", {
      name: "standings_database_connections_limit",
      help: "The most connections to PostgreSQL, by pool.",
    }),
    waiting: createReadGauges(registry, "pool", {
      name: "standings_database_waiting_statements",
      help: "Statements that wait for a connection to PostgreSQL, by pool.",
    }),
    duration: new Histogram({
      name: "standings_database_statement_duration_seconds",
      help: "Time of a statement, with the wait for a connection, by statement (a file of ledger/sql).",
      labelNames: ["statement"] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    failures: new Counter({
      name: "standings_database_failures_total",
      help: "Statements that failed or got no answer, by statement.",
      labelNames: ["statement"] as const,
      registers,
    }),
  };
}

export function databaseObserver({ duration, failures }: LedgerMetrics): DatabaseObserver {
  return {
    onDone: (statement, seconds) => duration.observe({ statement }, seconds),
    onFailed: (statement) => failures.inc({ statement }),
  };
}

export function observePool(metrics: LedgerMetrics, pool: PoolName, database: Database): void {
  metrics.up.readFrom(pool, () => (database.answers ? 1 : 0));
  metrics.inUse.readFrom(pool, () => database.connections.inUse);
  metrics.maxConnections.readFrom(pool, () => database.connections.limit);
  metrics.waiting.readFrom(pool, () => database.connections.waiting);
}
