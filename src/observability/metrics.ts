import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
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

/** In a supervisor: the metrics of all its processes together. */
export function supervisedMetrics(): MetricsText {
  const registry = new AggregatorRegistry();
  return { contentType: registry.contentType, read: () => registry.clusterMetrics() };
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
  readFrom(source: () => number): void;
}

export function createReadGauge(registry: Registry, options: Omit<GaugeConfiguration<never>, "collect">): ReadGauge {
  let read = () => 0;
  new Gauge({
    ...options,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
  return { readFrom: (source) => (read = source) };
}
