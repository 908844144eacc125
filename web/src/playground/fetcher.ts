import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";
import { headersOf, type SessionKeeper } from "../client/session.js";
import { socketUrl } from "../client/socket.js";

/**
 * Sends queries and mutations over HTTP and subscriptions over a WebSocket. A browser cannot set a WebSocket's headers,
 * so an `authorization` is also sent in the `connection_init` payload. It is that of the headers editor, or else of
 * whoever is signed in. A connection has only one
 * `connection_init`, so a new value needs a new connection. Each connection opens with its first subscription and
 * closes with its last.
 */
export function createFetcher(keeper: SessionKeeper): Fetcher {
  let current: { authorization: string | undefined; fetcher: Fetcher } | undefined;
  return (params, options = {}) => {
    const written = authorizationOf(options.headers);
    // The schema is for everybody: a token that has expired must not take the documentation away.
    const isIntrospection = params.operationName === "IntrospectionQuery";
    const added = written === undefined && !isIntrospection ? headersOf(keeper.current()) : {};
    const authorization = written ?? added["authorization"];
    if (current === undefined || current.authorization !== authorization)
      current = { authorization, fetcher: fetcherFor(authorization) };
    return current.fetcher(params, { ...options, headers: { ...options.headers, ...added } });
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
