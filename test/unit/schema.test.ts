import { readFileSync } from "node:fs";
import { buildSchema, lexicographicSortSchema, printSchema } from "graphql";
import { expect, it } from "vitest";
import type { Commands } from "../../src/graphql/resolvers.js";
import { createSchema } from "../../src/graphql/schema.js";

it("serves the contract's schema, word for word", () => {
  const contract = buildSchema(readFileSync("schema.graphql", "utf8"));
  // The test checks only names and descriptions of the schema, so no resolver runs.
  const served = createSchema({} as Commands);
  expect(printSchema(lexicographicSortSchema(served))).toBe(printSchema(lexicographicSortSchema(contract)));
});
