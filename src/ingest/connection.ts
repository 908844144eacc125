import { Connection } from "rabbitmq-client";
import type { Logger } from "../observability/logger.js";
import { SampledLog } from "../observability/sampled-log.js";
import { within } from "../timing/deadline.js";

/** A broker that is silent for two heartbeats is gone, and the next attempt begins. */
const heartbeatSeconds = 5;
const acquireTimeoutMs = 2_000;
const connectTimeoutMs = 3_000;
const retryLowMs = 100;
const retryHighMs = 2_000;
/** After this the connection is cut. The broker keeps all messages that were not acknowledged. */
const closeTimeoutMs = 3_000;

/** A connection that reconnects by itself, for ever. */
export function connect(url: string, name: string, logger: Logger): Connection {
  const connection = new Connection({
    url,
    connectionName: name,
    heartbeat: heartbeatSeconds,
    acquireTimeout: acquireTimeoutMs,
    connectionTimeout: connectTimeoutMs,
    retryLow: retryLowMs,
    retryHigh: retryHighMs,
  });
  const log = new SampledLog(logger);
  connection.on("error", (error: unknown) =>
    log.warn({ err: error, connection: name }, "the connection to the message broker failed"),
  );
  connection.on("connection", () => logger.info({ connection: name }, "connected to the message broker"));
  connection.on("connection.blocked", (reason) =>
    logger.warn({ reason, connection: name }, "the message broker is short of memory or disk and accepts no messages"),
  );
  return connection;
}

/** Closes a connection in an orderly way, or cuts it when the broker does not answer in time. */
export async function disconnect(connection: Connection, closeUsers: () => Promise<void>): Promise<void> {
  const closed = closeUsers().then(() => connection.close());
  try {
    await within(closeTimeoutMs, closed, () => undefined);
  } finally {
    connection.unsafeDestroy();
  }
}
