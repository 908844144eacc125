import { GraphQLScalarType } from "graphql";
import { GraphQLDateTimeISO } from "graphql-scalars";

/** graphql-scalars' date-time, as the contract names and describes it: an implementation's own words would win. */
export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTimeISO.toConfig(),
  name: "DateTime",
  description: "A moment, as ISO 8601 in UTC: 2026-11-23T10:00:00.000Z.",
});
