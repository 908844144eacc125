import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode, type DocumentNode } from "graphql";
import type { Client } from "graphql-ws";

/** Queries go over HTTP, subscriptions over the given socket; both to the server that the page came from. */
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
 * Every operation of the page carries whole standings that replace the former ones, so nothing is cached, and the
 * `__typename` that the cache would ask for with each row would only cost every viewer a third more bytes.
 */
class PassingCache extends InMemoryCache {
  override transformDocument(document: DocumentNode): DocumentNode {
    return document;
  }
}
