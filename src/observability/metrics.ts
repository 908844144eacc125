import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/** What is read when somebody looks, rather than counted. */
export interface Readings {
  waitingIncrements: () => number;
  redisMemory: () => number;
  viewers: () => number;
  operations: () => number;
}

/** Metrics in Prometheus' text format. */
export interface MetricsText {
  readonly contentType: string;
  read(): Promise<string>;
}

/** Lets a supervisor ask this process for its metrics. */
export function answerSupervisor(): void {
  new AggregatorRegistry();
}

/** In a supervisor: the metrics of its processes together. */
export function supervisedMetrics(): MetricsText {
  const registry = new AggregatorRegistry();
  return { contentType: registry.contentType, read: () => registry.clusterMetrics() };
}

/** Every metric of the service, with a first value, so that a dashboard tells "none yet" from "not measured". */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  // Looked at every 10 ms, the event loop's lag alone would cost as much as hundreds of viewers.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  const none = () => 0;
  const readings: Readings = { waitingIncrements: none, redisMemory: none, viewers: none, operations: none };

  // A supervisor of several processes asks each of them for these.
  AggregatorRegistry.setRegistries(registry);

  new Gauge({
    name: "standings_waiting_increments",
    help: "Increments that wait to be sent to Redis.",
    registers,
    collect() {
      this.set(readings.waitingIncrements());
    },
  });
  new Gauge({
    name: "standings_redis_memory_ratio",
    help: "Used share of Redis' memory; above 0.8 increments are refused.",
    aggregator: "max",
    registers,
    collect() {
      this.set(readings.redisMemory());
    },
  });
  new Gauge({
    name: "standings_viewers",
    help: "Open subscriptions of this process.",
    registers,
    collect() {
      this.set(readings.viewers());
    },
  });
  new Gauge({
    name: "standings_subscribed_operations",
    help: "Distinct operations that viewers of this process subscribe to; each is executed once a change.",
    registers,
    collect() {
      this.set(readings.operations());
    },
  });

  const text: MetricsText = { contentType: registry.contentType, read: () => registry.metrics() };
  const metrics = {
    text,
    /** Says where to read from now on. */
    readFrom: (sources: Partial<Readings>) => Object.assign(readings, sources),
    operationDuration: new Histogram({
      name: "standings_operation_duration_seconds",
      help: "Time from a request's arrival to its answer, by transport.",
      labelNames: ["transport"] as const,
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    errors: new Counter({
      name: "standings_errors_total",
      help: "Errors answered, by transport and code.",
      labelNames: ["transport", "code"] as const,
      registers,
    }),
    increments: new Counter({
      name: "standings_increments_total",
      help: "Increments that Redis settled, by board and outcome.",
      labelNames: ["board", "outcome"] as const,
      registers,
    }),
    enqueued: new Counter({
      name: "standings_enqueued_total",
      help: "Increments that the message broker confirmed to this process, by board.",
      labelNames: ["board"] as const,
      registers,
    }),
    ingested: new Counter({
      name: "standings_ingested_total",
      help: "Queued increments that this process applied, by board; replayed: counted before, and delivered again.",
      labelNames: ["board", "outcome"] as const,
      registers,
    }),
    deadLettered: new Counter({
      name: "standings_dead_lettered_total",
      help: "Queued increments that were refused for good and set aside, by error code. Alarm on any.",
      labelNames: ["code"] as const,
      registers,
    }),
    batchSize: new Histogram({
      name: "standings_batch_size",
      help: "Increments in one script call.",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128],
      registers,
    }),
    batchDuration: new Histogram({
      name: "standings_batch_duration_seconds",
      help: "Time of one script call, with its way to Redis and back.",
      buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    connections: new Gauge({
      name: "standings_connections",
      help: "Open connections to the public port of this process, WebSockets and event streams among them.",
      registers,
    }),
    badConnections: new Counter({
      name: "standings_bad_connections_total",
      help: "Connections that sent what is no HTTP request, or not in time, by the status that they were refused with.",
      labelNames: ["status"] as const,
      registers,
    }),
    sockets: new Gauge({
      name: "standings_sockets",
      help: "Open WebSockets of this process.",
      registers,
    }),
    messages: new Counter({
      name: "standings_messages_total",
      help: "Messages that were executed and serialised for viewers.",
      registers,
    }),
    delivered: new Counter({
      name: "standings_delivered_messages_total",
      help: "Messages written to viewers' sockets.",
      registers,
    }),
    deliveredBytes: new Counter({
      name: "standings_delivered_bytes_total",
      help: "Bytes of messages written to viewers' sockets.",
      registers,
    }),
    conflated: new Counter({
      name: "standings_conflated_messages_total",
      help: "Messages that a slow socket skipped or got late.",
      registers,
    }),
    closedSlow: new Counter({
      name: "standings_closed_slow_connections_total",
      help: "Connections cut off because they took nothing of what waited for them for too long.",
      registers,
    }),
    pushLag: new Histogram({
      name: "standings_push_lag_seconds",
      help: "Time from a change to its last write to a viewer of this process, by the clocks of the two processes.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    eventStreams: new Gauge({
      name: "standings_event_streams",
      help: "Open streams of server-sent events of this process.",
      registers,
    }),
    publishedSnapshots: new Counter({
      name: "standings_published_snapshots_total",
      help: "Snapshots that this process published to all processes.",
      registers,
    }),
    syncedChanges: new Counter({
      name: "standings_synced_changes_total",
      help: "Changes committed in PostgreSQL by this process, by board.",
      labelNames: ["board"] as const,
      registers,
    }),
    syncFailures: new Counter({
      name: "standings_sync_failures_total",
      help: "Passes of the worker that failed and will be repeated.",
      registers,
    }),
    rejectedEvents: new Counter({
      name: "standings_rejected_events_total",
      help: "Changes that PostgreSQL refused and that were set aside in rejected_events, by board. Alarm on any.",
      labelNames: ["board"] as const,
      registers,
    }),
    outboxLength: new Gauge({
      name: "standings_outbox_length",
      help: "Accepted changes in Redis that are not yet in PostgreSQL, by board, as of the worker's last pass.",
      labelNames: ["board"] as const,
      registers,
    }),
    syncLag: new Gauge({
      name: "standings_sync_lag_seconds",
      help: "Age of the oldest change that is not yet in PostgreSQL, by board, as of the worker's last pass.",
      labelNames: ["board"] as const,
      registers,
    }),
    epoch: new Gauge({
      name: "standings_epoch",
      help: "The board's epoch: how often its standings were rebuilt, plus one.",
      labelNames: ["board"] as const,
      registers,
    }),
    recoveries: new Counter({
      name: "standings_recoveries_total",
      help: "Recoveries that this worker did, by board and kind.",
      labelNames: ["board", "kind"] as const,
      registers,
    }),
    leader: new Gauge({
      name: "standings_leader",
      help: "1 while this process is the worker that writes to PostgreSQL.",
      registers,
    }),
  };
  for (const transport of ["graphql-http", "graphql-ws", "graphql-sse", "graphql-multipart", "rest"])
    metrics.operationDuration.zero({ transport });
  return metrics;
}
