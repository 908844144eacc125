import { Connection } from "rabbitmq-client";
import type { Logger } from "../observability/logger.js";
import { within } from "../timing/deadline.js";

/** A broker that says nothing for four halves of this is gone, and the next try begins. */
const heartbeatSeconds = 5;
const acquireTimeoutMs = 2_000;
const connectTimeoutMs = 3_000;
const retryLowMs = 100;
const retryHighMs = 2_000;
/** What is still open then is cut: the broker keeps whatever was not acknowledged. */
const closeTimeoutMs = 3_000;

/** A connection that comes back by itself, for ever. */
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
  connection.on("error", (error: unknown) => logger.warn({ err: error, connection: name }, "message broker"));
  connection.on("connection", () => logger.info({ connection: name }, "connected to the message broker"));
  connection.on("connection.blocked", (reason) =>
    logger.warn({ reason, connection: name }, "the message broker is short of memory or disk and takes nothing"),
  );
  return connection;
}

/** Closes in good order, or at once when the broker does not play its part in time. */
export async function disconnect(connection: Connection, closeUsers: () => Promise<void>): Promise<void> {
  const closed = closeUsers().then(() => connection.close());
  try {
    await within(closeTimeoutMs, closed, () => undefined);
  } finally {
    connection.unsafeDestroy();
  }
}
