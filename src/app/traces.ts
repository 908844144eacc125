import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import type { TracesConfig } from "../observability/traces-config.js";
import { noTraces, type Traces } from "../observability/traces.js";

/** Where the process reports traces, and what has to be stopped last, so that it sends the last of them. */
export interface Tracing {
  readonly traces: Traces;
  readonly services: readonly Service[];
}

export const noTracing: Tracing = { traces: noTraces, services: [] };

/** OpenTelemetry's SDK is loaded only where there are traces to send. */
export async function createTracing(
  config: TracesConfig | undefined,
  version: string,
  logger: Logger,
): Promise<Tracing> {
  if (!config) return noTracing;
  const { OtlpTraces } = await import("../observability/otlp-traces.js");
  const traces = new OtlpTraces(config, version, logger);
  return { traces, services: [traces] };
}
