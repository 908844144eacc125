import { HttpConnection } from "../http-connection.js";
import { WebSocketConnection } from "../web-socket-connection.js";
import { isRecord, toRow, toRows } from "../rows.js";
import type { Operation } from "./operation.js";

/** The mutation that a page sends when a player scores: it asks for the new standings and the player's new total. */
const query = `mutation IncrementScore($userId: ID!, $by: SafeInt!) {
  incrementScore(userId: $userId, scoreIncrement: $by) {
    success
    message
    topScores { rank userId score }
    entry { userId score }
  }
}`;
const bodyStart = `{"operationName":"IncrementScore","query":${JSON.stringify(query)},"variables":{"userId":"`;

export const graphqlIncrement: Operation = {
  id: "graphql-increment",
  title: "Increment over GraphQL",
  open: (port, token) =>
    HttpConnection.open(port, "/graphql", {
      // Apollo Client sends this header.
      accept: "application/graphql-response+json,application/json;q=0.9",
      authorization: `Bearer ${token}`,
    }),
  next: (bounds) => {
    const change = bounds.attempt();
    return {
      body: `${bodyStart}${change.userId}","by":${change.by}}}`,
      verify: (answer) => {
        if (!isRecord(answer) || "errors" in answer || !isRecord(answer.data)) throw new Error("errors, or no data");
        const payload = answer.data.incrementScore;
        if (!isRecord(payload) || payload.success !== true) throw new Error("success is not true");
        bounds.acknowledge(change, toRow(payload.entry));
        bounds.checkTop(toRows(payload.topScores), change);
      },
    };
  },
};

/** The same operation over a WebSocket. */
export const socketIncrement: Operation = {
  ...graphqlIncrement,
  id: "socket-increment",
  title: "Increment over GraphQL, by WebSocket",
  open: (port, token) => WebSocketConnection.open(port, "/graphql", token),
};
