import { AsyncLocalStorage } from "node:async_hooks";
import {
  ROOT_CONTEXT,
  SpanKind as Kind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span as SdkSpan,
  type Tracer,
} from "@opentelemetry/api";
import type { TracerProvider } from "@opentelemetry/sdk-trace";
import { within } from "../timing/deadline.js";
import { describeError } from "./logged-error.js";
import type { Logger } from "./logger.js";
import { createProvider } from "./otlp-provider.js";
import { parseTraceparent } from "./traceparent.js";
import type { TracesConfig } from "./traces-config.js";
import type { Attributes, Span, SpanKind, SpanOptions, Traces } from "./traces.js";

/** Sending the last spans may take this long; a collector that is away must not hold up a stop. */
const lastSendMs = 1_500;

const kinds: Readonly<Record<SpanKind, Kind>> = {
  internal: Kind.INTERNAL,
  server: Kind.SERVER,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
  consumer: Kind.CONSUMER,
};

/**
 * Traces that go to a collector by OTLP. Loaded only where traces are on. Nothing is registered globally, so libraries
 * add nothing of their own.
 */
export class OtlpTraces implements Traces {
  readonly name = "traces";
  readonly on = true;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #current = new AsyncLocalStorage<OtlpSpan | undefined>();

  constructor(config: TracesConfig, version: string, logger: Logger) {
    this.#provider = createProvider(config, version, logger);
    this.#tracer = this.#provider.getTracer("standings", version);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Sends the spans that wait, as long as that takes no more than a moment. */
  async stop(): Promise<void> {
    const sent = this.#provider.shutdown().catch(() => undefined); // A failure to send was logged.
    await within(lastSendMs, sent, () => undefined);
  }

  get active(): Span | undefined {
    const span = this.#current.getStore();
    return span?.isOpen ? span : undefined;
  }

  begin(name: string, { kind = "internal", parent, links = [], attributes, startedAt }: SpanOptions): Span | undefined {
    const span = this.#tracer.startSpan(
      name,
      {
        kind: kinds[kind],
        links: links.filter((link) => link instanceof OtlpSpan).map((link) => ({ context: link.context })),
        ...(attributes && { attributes }),
        ...(startedAt !== undefined && { startTime: startedAt }),
      },
      contextOf(parent),
    );
    return span.isRecording() ? new OtlpSpan(span) : undefined;
  }

  within<T>(span: Span | undefined, work: () => T): T {
    return this.#current.run(span instanceof OtlpSpan ? span : undefined, work);
  }
}

class OtlpSpan implements Span {
  readonly sdk: SdkSpan;

  constructor(sdk: SdkSpan) {
    this.sdk = sdk;
  }

  get context() {
    return this.sdk.spanContext();
  }

  get traceparent(): string {
    const { traceId, spanId } = this.context;
    return `00-${traceId}-${spanId}-01`;
  }

  get isOpen(): boolean {
    return this.sdk.isRecording();
  }

  set(attributes: Attributes): void {
    if (this.isOpen) this.sdk.setAttributes(attributes);
  }

  link(other: Span): void {
    if (this.isOpen && other instanceof OtlpSpan) this.sdk.addLink({ context: other.context });
  }

  end(error?: unknown): void {
    if (!this.isOpen) return;
    if (error !== undefined) {
      // No message, which may hold what a caller sent.
      const { type, code = type } = describeError(error);
      this.sdk.setAttribute("error.type", code).setStatus({ code: SpanStatusCode.ERROR });
    }
    this.sdk.end();
  }
}

function contextOf(parent: SpanOptions["parent"]): Context {
  if (parent instanceof OtlpSpan) return trace.setSpan(ROOT_CONTEXT, parent.sdk);
  const remote = typeof parent === "string" ? parseTraceparent(parent) : undefined;
  if (!remote) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = remote;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
