import { graphqlIncrement, socketIncrement } from "./graphql-increment.js";
import type { Operation } from "./operation.js";
import { restIncrement } from "./rest-increment.js";
import { topScores } from "./top-scores.js";

/** In the order of the report. */
export const operations: readonly Operation[] = [graphqlIncrement, socketIncrement, topScores, restIncrement];

/** @throws Error for an id that no operation has */
export function operationById(id: string): Operation {
  const found = operations.find((operation) => operation.id === id);
  if (!found)
    throw new Error(`no operation ${id}; there are ${operations.map((operation) => operation.id).join(", ")}`);
  return found;
}
