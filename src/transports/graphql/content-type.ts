import Negotiator from "negotiator";

export const json = "application/json; charset=utf-8";
const graphqlResponse = "application/graphql-response+json; charset=utf-8";

/** The `Accept` headers of nearly all clients, negotiated once. */
const common = new Map(
  ["*/*", "application/json", "application/json, text/plain, */*"]
    .concat("application/graphql-response+json, application/json", "application/graphql-response+json,application/json")
    .concat("application/graphql-response+json,application/json;q=0.9", "application/graphql-response+json")
    .map((accept) => [accept, negotiate(accept)]),
);

/**
 * The content type of an answer to an operation, as Apollo Server negotiates it: from the `Accept` header alone.
 *
 * @returns undefined when none is acceptable
 */
export function contentTypeFor(accept: string | undefined): string | undefined {
  if (accept === undefined || accept === "") return json;
  return common.get(accept) ?? negotiate(accept);
}

/** Whether the answer is in GraphQL's own media type. Such an answer has an error status where JSON has 200. */
export function isGraphQLResponse(accept: string | undefined): boolean {
  return contentTypeFor(accept) === graphqlResponse;
}

function negotiate(accept: string): string | undefined {
  return new Negotiator({ headers: { accept } }).mediaType([json, graphqlResponse]);
}
