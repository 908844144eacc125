import { createClient, type Client, type ClientOptions } from "graphql-ws";

/** A socket without subscriptions stays open for so long, as the next view of a page often needs it again. */
const lingerMs = 2_000;

/** The address of this page's own GraphQL socket; the scheme follows the page's. */
export function socketUrl(location: Location = window.location): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;
}

/**
 * A `graphql-transport-ws` client that connects with the first subscription and closes after the last. A lost connection
 * ends its subscriptions with an error. This client never retries: `Connection` decides when to try again.
 */
export function createSocket(on: NonNullable<ClientOptions["on"]>): Client {
  return createClient({ url: socketUrl(), retryAttempts: 0, lazyCloseTimeout: lingerMs, on });
}
