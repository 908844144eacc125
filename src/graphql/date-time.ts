import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLDateTimeISO } from "graphql-scalars";

/** graphql-scalars' date-time, named and described as in the contract: an implementation's description would win. */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: "DateTime",
  description: "A time in UTC, in ISO 8601 format: 2026-11-23T10:00:00.000Z.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time",
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});

/** Replaces graphql-scalars' message, which would repeat the value, however long or deep. */
function parse(value: unknown): Date {
  if (typeof value === "string" && value.length <= 64) {
    try {
      return GraphQLDateTimeISO.parseValue(value);
    } catch {
      // All invalid values get the message below.
    }
  }
  throw new GraphQLError("DateTime must be a moment in ISO 8601, such as 2026-11-23T10:00:00.000Z.");
}
