import { createClient, type Client } from "graphql-ws";

const pingEveryMs = 10_000;
const pongWithinMs = 5_000;
const ackWithinMs = 10_000;

/** The address of this page's own GraphQL socket; the scheme follows the page's. */
export function socketUrl(location: Location = window.location): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;
}

/**
 * A `graphql-transport-ws` client that connects with the first subscription and closes with the last. A missing pong
 * reveals a connection that died silently (a laptop slept, a phone changed networks). A lost connection ends its
 * subscriptions with an error. This client never retries: the subscriber decides when to try again, because a server
 * may also end a subscription and keep the connection.
 */
export function createSocket(): Client {
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  const socket = createClient({
    url: socketUrl(),
    retryAttempts: 0,
    connectionAckWaitTimeout: ackWithinMs,
    keepAlive: pingEveryMs,
    on: {
      ping: (received) => {
        if (!received) pongTimer = setTimeout(() => socket.terminate(), pongWithinMs);
      },
      pong: () => clearTimeout(pongTimer),
      closed: () => clearTimeout(pongTimer),
    },
  });
  return socket;
}
