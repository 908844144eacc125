import { createAuthMetrics } from "../auth/metrics.js";
import { createOperationMetrics } from "../commands/metrics.js";
import { createFanoutMetrics } from "../fanout/metrics.js";
import { createFeedMetrics } from "../feed/metrics.js";
import { createIngestMetrics } from "../ingest/metrics.js";
import { createLedgerMetrics } from "../ledger/metrics.js";
import { createProcessMetrics, createRegistry, textOf } from "../observability/metrics.js";
import { createRedisMetrics } from "../redis/metrics.js";
import { createStandingsMetrics } from "../standings/metrics.js";
import { createSyncMetrics } from "../sync/metrics.js";
import { createConnectionMetrics, createShedMetrics } from "../transports/metrics.js";

export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics of every room. A process has all of them, whatever its role; metrics of other roles stay at zero. */
export function createMetrics(version: string) {
  const registry = createRegistry(version);
  return {
    text: textOf(registry),
    process: createProcessMetrics(registry),
    redis: createRedisMetrics(registry),
    standings: createStandingsMetrics(registry),
    fanout: createFanoutMetrics(registry),
    feed: createFeedMetrics(registry),
    auth: createAuthMetrics(registry),
    ledger: createLedgerMetrics(registry),
    sync: createSyncMetrics(registry),
    ingest: createIngestMetrics(registry),
    operations: createOperationMetrics(registry),
    connections: createConnectionMetrics(registry),
    shedding: createShedMetrics(registry),
  };
}
