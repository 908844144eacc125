import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
  gql,
  type TypedDocumentNode,
} from "@apollo/client/core";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient, type Client } from "graphql-ws";
import { WebSocket } from "ws";
import { expect, onTestFinished, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { waitFor } from "../helpers/wait-for.js";

interface Row {
  userId: string;
  score: number;
}

const topScores: TypedDocumentNode<{ topScores: Row[] }, { board: string }> = gql`
  query ($board: ID!) {
    topScores(board: $board) {
      userId
      score
    }
  }
`;

const incrementScore: TypedDocumentNode<
  { incrementScore: { success: boolean; entry: Row } },
  { board: string; userId: string; scoreIncrement: number }
> = gql`
  mutation ($board: ID!, $userId: ID!, $scoreIncrement: SafeInt!) {
    incrementScore(board: $board, userId: $userId, scoreIncrement: $scoreIncrement) {
      success
      entry {
        userId
        score
      }
    }
  }
`;

const topScoresUpdated: TypedDocumentNode<
  { topScoresUpdated: { revision: number; topScores: Row[] } },
  { board: string }
> = gql`
  subscription ($board: ID!) {
    topScoresUpdated(board: $board) {
      revision
      topScores {
        userId
        score
      }
    }
  }
`;

const app = useTestApp({ env: { BOARDS: "mutated,subscribed,sockets,errors,restarted" } });

interface Clients {
  client: ApolloClient;
  sockets: Client;
}

/**
 * Sets clients up as a web page does: HTTP for queries and mutations and a WebSocket for subscriptions, or the socket
 * for all.
 */
function startClient(token: string | undefined, allOverSocket = false): Clients {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const sockets = createClient({
    url: app.wsUrl,
    webSocketImpl: WebSocket,
    connectionParams: authorization,
    retryAttempts: 100,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 20)),
    shouldRetry: () => true,
  });
  const overSocket = new GraphQLWsLink(sockets);
  const link = ApolloLink.split(
    ({ operationType }) => allOverSocket || operationType === OperationTypeNode.SUBSCRIPTION,
    overSocket,
    new HttpLink({ uri: `${app.url}/graphql`, headers: authorization }),
  );
  const client = new ApolloClient({
    link,
    cache: new InMemoryCache(),
    defaultOptions: { query: { fetchPolicy: "network-only" } },
  });
  onTestFinished(async () => {
    client.stop();
    await sockets.dispose();
  });
  return { client, sockets };
}

test.each([
  ["HTTP", false],
  ["WebSocket", true],
])("reads what it has written over %s", async (userId, allOverSocket) => {
  const { client } = startClient(app.token(userId), allOverSocket);
  const written = await client.mutate({
    mutation: incrementScore,
    variables: { board: "mutated", userId, scoreIncrement: 7 },
  });
  expect(written.data?.incrementScore).toMatchObject({ success: true, entry: { userId, score: 7 } });
  const read = await client.query({ query: topScores, variables: { board: "mutated" } });
  expect(read.data?.topScores.find((row) => row.userId === userId)).toMatchObject({ score: 7 });
});

test("sees the current standings and then each change", async () => {
  const { client } = startClient(app.token("u"));
  const seen: (number | undefined)[] = [];
  const subscription = client
    .subscribe({ query: topScoresUpdated, variables: { board: "subscribed" } })
    .subscribe(({ data }) => seen.push(data?.topScoresUpdated.topScores[0]?.score));
  await waitFor(() => seen.length === 1);
  for (const count of [2, 3]) {
    await client.mutate({
      mutation: incrementScore,
      variables: { board: "subscribed", userId: "u", scoreIncrement: 5 },
    });
    await waitFor(() => seen.length === count);
  }
  expect(seen).toEqual([undefined, 5, 10]);
  subscription.unsubscribe();
});

test("gets a refusal as an error with the contract's code", async () => {
  const { client } = startClient(undefined);
  const refused = client.mutate({
    mutation: incrementScore,
    variables: { board: "errors", userId: "u", scoreIncrement: 1 },
  });
  const error = await refused.catch((caught: unknown) => caught);
  expect(CombinedGraphQLErrors.is(error)).toBe(true);
  expect(error).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
});

test("gets a bad token's refusal as a GraphQL error, not as a broken connection", async () => {
  const { client } = startClient("not a token".replaceAll(" ", "-"));
  const error = await client
    .query({ query: topScores, variables: { board: "errors" } })
    .catch((caught: unknown) => caught);
  expect(CombinedGraphQLErrors.is(error)).toBe(true);
  expect(error).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
});

test("recovers by itself after a restart of the server, and gets the changes that it missed", async () => {
  const { client } = startClient(app.token("u"));
  let newest: Row[] = [];
  const revisions: number[] = [];
  const subscription = client
    .subscribe({ query: topScoresUpdated, variables: { board: "restarted" } })
    .subscribe(({ data }) => {
      newest = data?.topScoresUpdated.topScores ?? [];
      revisions.push(data?.topScoresUpdated.revision ?? NaN);
    });
  await waitFor(() => revisions.length === 1);
  await app.restart();
  await client.mutate({ mutation: incrementScore, variables: { board: "restarted", userId: "u", scoreIncrement: 3 } });
  await waitFor(() => newest[0]?.score === 3);
  expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  subscription.unsubscribe();
});
