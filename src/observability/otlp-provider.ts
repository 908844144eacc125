import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";
import { LastingTrouble } from "./lasting-trouble.js";
import type { Logger } from "./logger.js";
import type { TracesConfig } from "./traces-config.js";

/** OpenTelemetry's SDK as the configuration wants it. Beyond the SDK's limit of waiting spans it drops new ones. */
export function createProvider(config: TracesConfig, version: string, logger: Logger): TracerProvider {
  const { protocol, url, headers, timeoutMs: timeoutMillis, delayMs: scheduledDelayMillis } = config;
  const Exporter = protocol === "http/json" ? JsonExporter : ProtobufExporter;
  const exporter = reporting(new Exporter({ url, headers, timeoutMillis }), url, logger);
  return new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        "service.version": version,
        "process.pid": process.pid,
        ...config.resourceAttributes,
        "service.name": config.serviceName,
      }),
    ),
    sampler: samplerOf(config),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis })],
  });
}

/** Logs when spans can't be sent, which the SDK reports to nobody, and when they can again. */
function reporting(exporter: SpanExporter, url: string, logger: Logger): SpanExporter {
  const { origin } = new URL(url);
  const trouble = new LastingTrouble({
    tell: (sentence, error) => logger.warn({ err: error }, sentence),
    over: () => logger.info(`traces are sent to ${origin} again`),
  });
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error) trouble.is(`traces can't be sent to ${origin} (OTEL_EXPORTER_OTLP_ENDPOINT)`, result.error);
        else trouble.isOver();
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

function samplerOf({ sampler, samplerRatio }: TracesConfig): Sampler {
  const [, parentBased, root] = /^(parentbased_)?(.*)$/.exec(sampler) ?? [];
  const own =
    root === "always_off"
      ? new AlwaysOffSampler()
      : root === "always_on"
        ? new AlwaysOnSampler()
        : new TraceIdRatioBasedSampler(samplerRatio);
  return parentBased === undefined ? own : new ParentBasedSampler({ root: own });
}
