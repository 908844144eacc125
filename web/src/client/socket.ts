import { createClient, type Client } from "graphql-ws";

const pingEveryMs = 10_000;
const pongWithinMs = 5_000;
const ackWithinMs = 10_000;

/** The address of this page's own GraphQL socket; the scheme follows the page's. */
export function socketUrl(location: Location = window.location): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;
}

/**
 * A `graphql-transport-ws` client that connects with the first subscription and closes with the last. It notices a
 * connection that died without a word (a laptop that slept, a phone that changed networks) by its missing pong. A lost
 * connection ends its subscriptions with an error: whoever subscribes also decides when to try again, as a server may
 * end a subscription and keep the connection.
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
