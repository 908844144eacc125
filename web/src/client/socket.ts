import { createClient, type Client } from "graphql-ws";

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const ACK_WITHIN_MS = 10_000;

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
    connectionAckWaitTimeout: ACK_WITHIN_MS,
    keepAlive: PING_EVERY_MS,
    on: {
      ping: (received) => {
        if (!received) pongTimer = setTimeout(() => socket.terminate(), PONG_WITHIN_MS);
      },
      pong: () => clearTimeout(pongTimer),
      closed: () => clearTimeout(pongTimer),
    },
  });
  return socket;
}
