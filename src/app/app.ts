import type { Config } from "../config/config.js";
import { Publisher } from "../ingest/publisher.js";
import { ServiceGroup, type App } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import { OpsServer } from "../transports/ops.js";
import { createApi } from "./api.js";
import { checkOf, createFoundation } from "./foundation.js";
import { createIngest } from "./ingest.js";
import { createStandings } from "./standings.js";
import { noTracing, type Tracing } from "./traces.js";
import { createWorker } from "./worker.js";

export const appRoles = ["api", "worker", "ingest", "all"] as const;
export type AppRole = (typeof appRoles)[number];

/** The composition root: builds the process of a role. Nothing runs before `start`. */
export function createApp(
  config: Config,
  role: AppRole,
  logger: Logger,
  version: string,
  { traces, services: tracing }: Tracing = noTracing,
): App {
  const foundation = createFoundation(config, logger, version, traces);
  const { checks, metrics, log } = foundation;
  const worker = role === "worker" || role === "all" ? createWorker(foundation) : undefined;
  if (worker) checks.push(worker.check);
  const standings = role === "worker" ? undefined : createStandings(foundation);
  if (standings) checks.push(checkOf("redis", () => standings.writer.problem()));
  const publisher = standings && config.amqpUrl ? new Publisher(config.amqpUrl, logger) : undefined;
  if (publisher) {
    metrics.ingest.up.readFrom("publisher", () => (publisher.isUsable ? 1 : 0));
    metrics.ingest.unconfirmed.readFrom(() => publisher.unconfirmed);
  }
  const api = standings && role !== "ingest" ? createApi(foundation, standings, publisher) : undefined;
  const ingest = standings && publisher && role !== "api" ? createIngest(foundation, standings, publisher) : undefined;
  // Where the API runs, too, a missing broker must not make the process unready: most of its work needs no broker.
  if (ingest && !api) checks.push(ingest.check);

  const ops = new OpsServer({ port: config.opsPort, host: config.opsHost, checks, metrics: metrics.text, log });
  metrics.process.ready.readFrom(async () => ((await ops.isReady()) ? 1 : 0));
  const services = new ServiceGroup(
    [
      ...[...tracing, ...foundation.services, ...(worker?.services ?? []), ...(standings?.services ?? [])],
      ...[...(publisher ? [publisher] : []), ...(api?.services ?? []), ...(ingest?.services ?? [])],
    ],
    logger,
  );

  return {
    start: async (onOperable) => {
      await ops.start();
      onOperable?.();
      await services.start();
      ops.serving();
    },
    stop: async () => {
      ops.stopping();
      api?.http.refuseNew();
      await services.stop();
      await ops.stop();
    },
    get port() {
      return api?.http.port;
    },
    get opsPort() {
      return ops.port;
    },
  };
}
