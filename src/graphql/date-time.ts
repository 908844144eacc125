import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLDateTimeISO } from "graphql-scalars";

/** graphql-scalars' date-time, as the contract names and describes it: an implementation's own words would win. */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: "DateTime",
  description: "A moment, as ISO 8601 in UTC: 2026-11-23T10:00:00.000Z.",
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});

/** graphql-scalars would repeat the value in its message, however long or deep. */
function parse(value: unknown): Date {
  if (typeof value === "string" && value.length <= 64) {
    try {
      return GraphQLDateTimeISO.parseValue(value);
    } catch {
      // The same sentence for all that is no moment.
    }
  }
  throw new GraphQLError("DateTime must be a moment in ISO 8601, such as 2026-11-23T10:00:00.000Z.");
}
