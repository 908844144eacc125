import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";
import { socketUrl } from "../client/socket.js";

/**
 * Sends queries and mutations over HTTP and subscriptions over a WebSocket. A browser cannot set a WebSocket's headers,
 * so the `authorization` of the headers editor is also sent in the `connection_init` payload. A connection has only one
 * `connection_init`, so a new value needs a new connection. Each connection opens with its first subscription and
 * closes with its last.
 */
export function createFetcher(): Fetcher {
  let current: { authorization: string | undefined; fetcher: Fetcher } | undefined;
  return (params, options) => {
    const authorization = authorizationOf(options?.headers);
    if (current === undefined || current.authorization !== authorization)
      current = { authorization, fetcher: fetcherFor(authorization) };
    return current.fetcher(params, options);
  };
}

function fetcherFor(authorization: string | undefined): Fetcher {
  return createGraphiQLFetcher({
    url: "/graphql",
    // Subscriptions go over the WebSocket, so the page needs no multipart answers.
    enableIncrementalDelivery: false,
    wsClient: createClient({
      url: socketUrl(),
      ...(authorization === undefined ? {} : { connectionParams: { authorization } }),
    }),
  });
}

function authorizationOf(headers: Record<string, unknown> = {}): string | undefined {
  const value = Object.entries(headers).find(([name]) => name.toLowerCase() === "authorization")?.[1];
  return typeof value === "string" ? value : undefined;
}
