/** OpenTelemetry's kinds of spans. */
export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

/** By OpenTelemetry's semantic conventions where they have a name. Never a user, a token or a key. */
export type Attributes = Readonly<Record<string, string | number>>;

/** A step of the work that a trace shows, with its time. */
export interface Span {
  /** W3C's form of the span, for messages to other processes. */
  readonly traceparent: string;
  /** False once it has ended. */
  readonly isOpen: boolean;
  set(attributes: Attributes): void;
  /** Says that another span belongs to this one, without being above or below it. */
  link(other: Span): void;
  /** @param error the failure that the span ended with. May be called more than once; the first time counts */
  end(error?: unknown): void;
}

export interface SpanOptions {
  readonly kind?: SpanKind;
  /** A span of this process, or the `traceparent` of another; undefined: the span begins a trace. */
  readonly parent?: Span | string | undefined;
  readonly links?: readonly Span[];
  readonly attributes?: Attributes;
  /** In milliseconds since the Unix epoch; default: now. */
  readonly startedAt?: number;
}

/**
 * Where rooms report what belongs to a trace. A span that is not sampled is undefined, and nothing below it is traced.
 * Reporting never fails and never waits.
 */
export interface Traces {
  /** False: nothing is ever traced, and code in hot paths need not ask further. */
  readonly on: boolean;
  /** The open span that the running code belongs to. */
  readonly active: Span | undefined;
  begin(name: string, options: SpanOptions): Span | undefined;
  /** Runs work, and all that it starts, as part of a span; undefined: as part of none. */
  within<T>(span: Span | undefined, work: () => T): T;
}

/** For processes without traces. */
export const noTraces: Traces = {
  on: false,
  active: undefined,
  begin: () => undefined,
  within: (_span, work) => work(),
};

/** Runs work within a new span, which ends with it. */
export async function traced<T>(
  traces: Traces,
  name: string,
  options: SpanOptions,
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  if (!traces.on) return work(undefined);
  const span = traces.begin(name, options);
  try {
    const result = await traces.within(span, () => work(span));
    span?.end();
    return result;
  } catch (error) {
    span?.end(error);
    throw error;
  }
}

/** As `traced`, where there is an active span; without one the work belongs to no trace. */
export function tracedBelow<T>(
  traces: Traces,
  name: string,
  options: Omit<SpanOptions, "parent">,
  work: () => Promise<T>,
): Promise<T> {
  const parent = traces.active;
  return parent ? traced(traces, name, { ...options, parent }, work) : work();
}
