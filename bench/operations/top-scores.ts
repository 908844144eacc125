import { HttpConnection } from "../http-connection.js";
import { isRecord, toRows } from "../rows.js";
import type { Operation } from "./operation.js";

/** The query that a page sends when it opens: the ten best players. It needs no token. */
const query = `query TopScores($limit: Int!) {
  topScores(limit: $limit) {
    rank
    userId
    score
  }
}`;
const limit = 10;
const body = JSON.stringify({ operationName: "TopScores", query, variables: { limit } });

export const topScores: Operation = {
  id: "top-scores",
  title: "Query of the top scores over GraphQL",
  open: (port) =>
    HttpConnection.open(port, "/graphql", { accept: "application/graphql-response+json,application/json;q=0.9" }),
  next: (bounds) => ({
    body,
    verify: (answer) => {
      if (!isRecord(answer) || "errors" in answer || !isRecord(answer.data)) throw new Error("errors, or no data");
      bounds.checkTop(toRows(answer.data.topScores));
    },
  }),
};
