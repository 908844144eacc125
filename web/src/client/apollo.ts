import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode, type DocumentNode } from "graphql";
import type { Client } from "graphql-ws";

/** Sends queries over HTTP and subscriptions over the given socket, both to the server that served the page. */
export function createApolloClient(socket: Client): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: "/graphql" }),
    ),
    cache: new PassingCache(),
    defaultOptions: { query: { fetchPolicy: "no-cache" } },
  });
}

/**
 * Caches nothing, because every answer has the whole standings and replaces the last one. It also leaves operations
 * unchanged: the `__typename` that Apollo's cache adds to each row would cost every viewer a third more bytes.
 */
class PassingCache extends InMemoryCache {
  override transformDocument(document: DocumentNode): DocumentNode {
    return document;
  }
}
