import { Counter, Histogram } from "prom-client";
import type { ErrorCode } from "../domain/errors.js";
import type { Registry } from "../observability/metrics.js";

/** Shared by all transports: each observes under its own name. */
export type OperationMetrics = ReturnType<typeof createOperationMetrics>;

const transports = ["graphql-http", "graphql-ws", "graphql-sse", "graphql-multipart", "rest"];

/** The codes of errors that are not a caller's mistake. */
const faults = ["UNAVAILABLE", "UNKNOWN_OUTCOME", "RECOVERING", "INTERNAL_SERVER_ERROR"] satisfies ErrorCode[];

export function createOperationMetrics(registry: Registry) {
  const registers = [registry];
  const operationDuration = new Histogram({
    name: "standings_operation_duration_seconds",
    help: "Time from a request's arrival to its answer, by transport.",
    labelNames: ["transport"] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  // A first value, so that a dashboard can tell "none yet" from "not measured".
  for (const transport of transports) operationDuration.zero({ transport });
  const errors = new Counter({
    name: "standings_errors_total",
    help: "Errors answered, by transport and code.",
    labelNames: ["transport", "code"] as const,
    registers,
  });
  for (const transport of transports) for (const code of faults) errors.inc({ transport, code }, 0);
  const batchErrors = new Counter({
    name: "standings_batch_errors_total",
    help: "Changes of batches that were refused or failed, by code. Their batches were answered.",
    labelNames: ["code"] as const,
    registers,
  });
  for (const code of faults) batchErrors.inc({ code }, 0);
  return { operationDuration, errors, batchErrors };
}
