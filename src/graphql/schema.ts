import { readFileSync } from "node:fs";
import { makeExecutableSchema } from "@graphql-tools/schema";
import type { GraphQLSchema } from "graphql";
import { createResolvers, type Commands } from "./resolvers.js";

/** The contract, `schema.graphql` in the project's root, with its resolvers. */
export function createSchema(commands: Commands): GraphQLSchema {
  const typeDefs = readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8");
  return makeExecutableSchema({ typeDefs, resolvers: createResolvers(commands) });
}
