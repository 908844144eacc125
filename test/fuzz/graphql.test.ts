import fc from "fast-check";
import { Kind, parse } from "graphql";
import { expect, test } from "vitest";
import { createSchema } from "../../src/graphql/schema.js";
import { DocumentLimits, maxCost } from "../../src/graphql/execution/limits.js";
import { randomNumbers, randomRequest } from "../helpers/random-documents.js";
import { anyJson, anyText, damaged, forAll, repeatable } from "./helpers/cases.js";
import { expectNoFailure, useFuzzedApp, type Answer } from "./helpers/target.js";

/** No request here has a token, so none may change anything. */
const app = useFuzzedApp({ keepsScores: true });

const schema = createSchema({} as never);
const limits = new DocumentLimits(schema);

const requests = fc.nat().map((start) => randomRequest(schema, randomNumbers(start)));
const subscriptions = fc
  .tuple(fc.constantFrom("topScoresUpdated", "playerScoreUpdated", "scoresAroundUpdated"), anyText, fc.integer())
  .map(([field, id, limit]) => ({
    query: `subscription($id: ID!) { ${field}(${field === "topScoresUpdated" ? `limit: ${limit}` : "userId: $id"}) { revision } }`,
    operationName: undefined,
    variables: { id },
  }));
const operations = fc.oneof({ weight: 4, arbitrary: requests }, { weight: 1, arbitrary: subscriptions });

const json = { "content-type": "application/json" };
const transports = fc.constantFrom(
  { path: "/graphql", headers: json },
  { path: "/graphql", headers: { ...json, accept: "multipart/mixed;subscriptionSpec=1.0, application/json" } },
  { path: "/graphql", headers: { ...json, accept: "application/graphql-response+json" } },
  { path: "/graphql/stream", headers: { ...json, accept: "text/event-stream" } },
);

const asciiText = anyText.map((text) => encodeURIComponent(Buffer.from(text).toString()));

/** How many values an answer holds. */
function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + countValues(each), 0);
}

/** An operation that was run costs no more than is allowed, and its answer holds no more than it costs. */
function expectWithinPrice(query: string, { body }: Answer): void {
  if (!body.startsWith("{")) return;
  const { data } = JSON.parse(body) as { data?: unknown };
  if (data === undefined || data === null || /__schema|__type\b/.test(query)) return;
  const document = parse(query);
  const costs = document.definitions.map((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? limits.costOf(document, each) : 0,
  );
  expect(Math.max(...costs)).toBeLessThanOrEqual(maxCost);
  expect(countValues(data)).toBeLessThanOrEqual(Math.max(...costs));
}

test(`4,000 random operations, on each kind of HTTP transport ${repeatable}`, () =>
  forAll(
    fc.tuple(operations, transports),
    4_000,
    async ([operation, transport]) => {
      const answer = await app.send({ ...transport, body: JSON.stringify(operation) });
      expectNoFailure(answer);
      expectWithinPrice(operation.query, answer);
    },
    20,
  ));

test(`4,000 operations with damaged documents ${repeatable}`, () =>
  forAll(
    fc.tuple(damaged(operations.map(({ query }) => query)), anyJson, transports),
    4_000,
    async ([query, variables, transport]) => {
      const answer = await app.send({ ...transport, body: JSON.stringify({ query, variables }) });
      expectNoFailure(answer);
      expectWithinPrice(query, answer);
    },
    20,
  ));

test(`4,000 requests of any form ${repeatable}`, () => {
  const members = fc.record(
    { query: fc.oneof(anyJson, anyText), variables: anyJson, operationName: anyJson, extensions: anyJson },
    { requiredKeys: [] },
  );
  const bodies = fc.oneof(
    members.map((value) => JSON.stringify(value)),
    anyJson.map((value) => JSON.stringify(value)),
    damaged(operations.map((operation) => JSON.stringify(operation))),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.array(members, { maxLength: 3 }).map((value) => JSON.stringify(value)),
  );
  return forAll(
    fc.tuple(bodies, transports),
    4_000,
    async ([body, transport]) => expectNoFailure(await app.send({ ...transport, body })),
    20,
  );
});

test(`4,000 operations in query strings ${repeatable}`, () => {
  const searches = fc.oneof(
    fc.tuple(operations, anyJson).map(([{ query, variables }, extensions]) =>
      new URLSearchParams({
        query,
        variables: JSON.stringify(variables),
        extensions: JSON.stringify(extensions),
      }).toString(),
    ),
    damaged(
      operations.map(({ query }) => `query=${encodeURIComponent(query)}&variables=%7B%7D`),
      asciiText,
    ),
    asciiText,
  );
  return forAll(
    fc.tuple(searches, fc.constantFrom("/graphql", "/graphql/stream")),
    4_000,
    async ([search, path]) => {
      const headers = { "apollo-require-preflight": "1" };
      expectNoFailure(await app.send({ method: "GET", path: `${path}?${search.slice(0, 8_000)}`, headers }));
    },
    20,
  );
});
