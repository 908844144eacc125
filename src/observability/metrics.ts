import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
} from "prom-client";

export type { Registry };

/** Metrics in Prometheus' text format. */
export interface MetricsText {
  readonly contentType: string;
  read(): Promise<string>;
}

/** A registry in which each room declares its metrics. It already has those of the process itself. */
export function createRegistry(version: string): Registry {
  const registry = new Registry();
  // With the default of 10 ms, measuring the event loop's lag alone would cost as much as hundreds of viewers.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  new Gauge({
    name: "standings_build_info",
    help: "1, with the version that runs as its label.",
    labelNames: ["version"] as const,
    // "max": the sum over several processes would be their number.
    aggregator: "max",
    registers: [registry],
  }).set({ version }, 1);
  // A supervisor of several processes asks each of them for these.
  AggregatorRegistry.setRegistries(registry);
  return registry;
}

export function textOf(registry: Registry): MetricsText {
  return { contentType: registry.contentType, read: () => registry.metrics() };
}

/** Lets a supervisor ask this process for its metrics. */
export function answerSupervisor(): void {
  new AggregatorRegistry();
}

/** In a supervisor: the metrics of all its processes together, and how often it had to start one again. */
export function createSupervisorMetrics() {
  const own = new Registry();
  const restarts = new Counter({
    name: "standings_process_restarts_total",
    help: "Processes that ended by themselves and were replaced, by role (WEB_CONCURRENCY).",
    labelNames: ["role"] as const,
    registers: [own],
  });
  const registry = new AggregatorRegistry();
  const text: MetricsText = {
    contentType: registry.contentType,
    read: async () => `${await registry.clusterMetrics()}${await own.metrics()}`,
  };
  return { restarts, text };
}

/** A counter for events that come 100,000 times a second. It costs an addition, where prom-client's own costs 200 ns. */
export interface TallyCounter {
  add(amount: number): void;
}

export function createTallyCounter(
  registry: Registry,
  options: Omit<CounterConfiguration<never>, "collect">,
): TallyCounter {
  let pending = 0;
  new Counter({
    ...options,
    registers: [registry],
    collect() {
      this.inc(pending);
      pending = 0;
    },
  });
  return { add: (amount) => void (pending += amount) };
}

/** A gauge whose value is read when metrics are collected; 0 until `readFrom` is called. */
export interface ReadGauge {
  readFrom(source: () => number | Promise<number>): void;
}

export function createReadGauge(registry: Registry, options: Omit<GaugeConfiguration<never>, "collect">): ReadGauge {
  let read: () => number | Promise<number> = () => 0;
  new Gauge({
    ...options,
    registers: [registry],
    async collect() {
      this.set(await read());
    },
  });
  return { readFrom: (source) => (read = source) };
}

/** A read gauge for each value of a label. A value without a source has no sample. */
export interface ReadGauges {
  readFrom(value: string, source: () => number): void;
}

export function createReadGauges<Label extends string>(
  registry: Registry,
  label: Label,
  options: Omit<GaugeConfiguration<Label>, "collect" | "labelNames">,
): ReadGauges {
  const sources = new Map<string, () => number>();
  new Gauge<Label>({
    ...options,
    labelNames: [label],
    registers: [registry],
    collect() {
      for (const [value, read] of sources) this.labels(value).set(read());
    },
  });
  return { readFrom: (value, source) => void sources.set(value, source) };
}

/** What prom-client's own metrics of the process lack. */
export function createProcessMetrics(registry: Registry) {
  createReadGauge(registry, {
    name: "standings_heap_limit_bytes",
    help: "The size at which Node.js runs out of heap and the process ends; compare nodejs_heap_size_used_bytes.",
  }).readFrom(() => getHeapStatistics().heap_size_limit);
  new Counter({
    name: "standings_event_loop_active_seconds_total",
    help: "Time that the event loop was busy. Its rate is the share of a processor that JavaScript uses.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(performance.eventLoopUtilization().active / 1000);
    },
  });
  return {
    ready: createReadGauge(registry, {
      name: "standings_ready",
      help: "1 while /readyz is 200. Over several processes: 1 while all of them are ready.",
      aggregator: "min",
    }),
    // prom-client's own quantiles of the lag include the interval of 100 ms at which it is measured.
    eventLoopDelay: new Histogram({
      name: "standings_event_loop_delay_seconds",
      help: "How late timers fire, measured ten times a second: for so long the process did nothing else.",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    }),
  };
}
