import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode, type DocumentNode } from "graphql";
import { Connection } from "./connection.js";

/** Sends queries over HTTP and subscriptions over its connection, both to the server that served the page. */
export class StandingsClient extends ApolloClient {
  readonly connection: Connection;

  constructor(connection = new Connection()) {
    super({
      link: ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        new GraphQLWsLink(connection.socket),
        new HttpLink({ uri: "/graphql" }),
      ),
      cache: new PassingCache(),
      defaultOptions: { query: { fetchPolicy: "no-cache" } },
    });
    this.connection = connection;
  }
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
