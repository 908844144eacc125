import { HttpConnection } from "../http-connection.js";
import { isRecord, toRows } from "../rows.js";
import type { Operation } from "./operation.js";

export const restIncrement: Operation = {
  id: "rest-increment",
  title: "Increment over REST",
  open: (port) => HttpConnection.open(port, "/api/v1/scores/update", { accept: "application/json" }),
  next: (bounds, token, board) => {
    const change = bounds.attempt();
    const boardField = board === undefined ? "" : `,"board":"${board}"`;
    return {
      body: `{"userId":"${change.userId}","scoreIncrement":${change.by},"authToken":"${token}"${boardField}}`,
      verify: (answer) => {
        if (!isRecord(answer) || answer.success !== true) throw new Error("success is not true");
        bounds.acknowledge(change);
        bounds.checkTop(toRows(answer.topScores), change);
      },
    };
  },
};
