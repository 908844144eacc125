import { graphqlIncrement, socketIncrement } from "./graphql-increment.js";
import type { Operation } from "./operation.js";
import { restBatch } from "./rest-batch.js";
import { restIncrement } from "./rest-increment.js";
import { topScores } from "./top-scores.js";

/** Those that `npm run bench` compares, in the order of its report. */
export const operations: readonly Operation[] = [graphqlIncrement, socketIncrement, topScores, restIncrement];

/** @throws Error for an id that no operation has */
export function operationById(id: string): Operation {
  const all = [...operations, restBatch];
  const found = all.find((operation) => operation.id === id);
  if (!found) throw new Error(`no operation ${id}; there are ${all.map((operation) => operation.id).join(", ")}`);
  return found;
}
