import { HttpConnection } from "../http-connection.js";
import { isRecord, toRow } from "../rows.js";
import type { Operation } from "./operation.js";

export const batchPath = "/api/v1/scores/batch";
export const changesABatch = 50;

/** A batch of increments of a game's server. */
export const restBatch: Operation = {
  id: "rest-batch",
  title: `${changesABatch} increments in a request over REST`,
  open: (port) => HttpConnection.open(port, batchPath, { accept: "application/json" }),
  next: (bounds, token) => {
    const attempts = Array.from({ length: changesABatch }, () => bounds.attempt());
    const changes = attempts.map(({ userId, by }) => `{"userId":"${userId}","increment":${by}}`);
    return {
      body: `{"authToken":"${token}","changes":[${changes.join(",")}]}`,
      verify: (answer) => {
        if (!isRecord(answer) || answer.success !== true) throw new Error("success is not true");
        const { results } = answer;
        if (!Array.isArray(results) || results.length !== changesABatch)
          throw new Error("not a result for each change");
        for (const [index, attempt] of attempts.entries()) bounds.acknowledge(attempt, toRow(results[index]));
      },
    };
  },
};
