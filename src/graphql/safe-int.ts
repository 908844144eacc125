import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

/** The type of scores: Int ends at 2^31 - 1, and Float is not exact. */
export const SafeInt = new GraphQLScalarType<number, number>({
  name: "SafeInt",
  description: "A whole number, exact between -(2^53 - 1) and 2^53 - 1.",
  specifiedByURL: "https://the-guild.dev/graphql/scalars/docs/scalars/safe-int",
  serialize: toSafeInteger,
  parseValue: toSafeInteger,
  parseLiteral(node) {
    if (node.kind !== Kind.INT) throw new GraphQLError("SafeInt must be a whole number.", { nodes: node });
    return toSafeInteger(Number(node.value));
  },
});

function toSafeInteger(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new GraphQLError("SafeInt must be a whole number between -(2^53 - 1) and 2^53 - 1.");
}
