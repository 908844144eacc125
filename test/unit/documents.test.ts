import { buildSchema, parse } from "graphql";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { contentTypeFor, isGraphQLResponse } from "../../src/transports/graphql/content-type.js";
import { createDocumentStore } from "../../src/graphql/execution/document-store.js";
import { Documents } from "../../src/graphql/execution/documents.js";
import { DocumentLimits } from "../../src/graphql/execution/limits.js";
import { SubscriptionBudget } from "../../src/graphql/execution/subscription-budget.js";

const schema = buildSchema("type Query { a: Int }");
const newDocuments = () =>
  new Documents({ schema, limits: new DocumentLimits(schema), introspection: true, trusted: undefined });

describe("documents", () => {
  test("that are unknown are judged one a turn of the event loop, however many come at once", async () => {
    const documents = newDocuments();
    let judged = 0;
    for (let index = 0; index < 20; index += 1) {
      void Promise.resolve(documents.judge(`{ a${index}: a }`)).then(() => (judged += 1));
    }
    const steps: number[] = [];
    while (judged < 20) {
      const before = judged;
      await nextTurn();
      steps.push(judged - before);
    }
    expect(Math.max(...steps)).toBeLessThanOrEqual(2);
  });

  test("that are known, accepted or refused, are not judged again", async () => {
    const documents = newDocuments();
    for (const text of ["{ a }", "{ b }", "{"]) {
      const judged = await documents.judge(text);
      expect(documents.judge(text)).toBe(judged);
    }
  });

  test("with a comment of 99 KB are refused", async () => {
    expect(await newDocuments().judge(`{ a } # ${"x".repeat(99_000)}`)).toMatchObject({
      errors: [{ message: "A document may have at most 10000 characters; this one has 99008." }],
    });
  });

  test("with a lone surrogate are refused, and are not taken for the same text with U+FFFD", async () => {
    const [lone, replaced] = ["{ a } # \ud800", "{ a } # \ufffd"];
    const documents = newDocuments();
    expect(await documents.judge(lone)).toHaveProperty("errors");
    expect(await documents.judge(replaced)).toHaveProperty("document");
    expect(await documents.judge(lone)).toHaveProperty("errors");
  });

  test("are kept up to a length of their texts", () => {
    const store = createDocumentStore<ReturnType<typeof parse>>((document) => document.loc?.source.body, 10_000);
    for (let index = 0; index < 100; index += 1) store.set(String(index), parse(`{ a${index} } # ${"x".repeat(990)}`));
    expect(store.calculatedSize).toBeLessThanOrEqual(10_000);
    expect(store.size).toBeLessThan(11);
    expect(store.has("99")).toBe(true);
  });
});

const json = "application/json; charset=utf-8";
const graphqlResponse = "application/graphql-response+json; charset=utf-8";

test.each<[string | undefined, string | undefined]>([
  [undefined, json],
  ["", json],
  ["*/*", json],
  ["application/*", json],
  ["application/json", json],
  ["application/graphql-response+json", graphqlResponse],
  ["application/graphql-response+json, application/json;q=0.9", graphqlResponse],
  ["application/graphql-response+json;q=0.5, application/json", json],
  ["application/graphql-response+json;q=0, */*;q=0.1", json],
  ["text/html", undefined],
  ["text/html, */*;q=0.8", json],
  ["APPLICATION/JSON", json],
  [";;;,,", undefined],
])("Accept: %s is answered in %s", (accept, type) => {
  expect(contentTypeFor(accept)).toBe(type);
  expect(isGraphQLResponse(accept)).toBe(type === graphqlResponse);
});

describe("the budget of subscriptions", () => {
  test("belongs to the connection, and counts equal subscriptions once", () => {
    const budget = new SubscriptionBudget();
    const [one, other] = [{}, {}];
    const leave = [budget.take(one, "address", "a", 20_000), budget.take(one, "address", "a", 20_000)];
    expect(budget.take(one, "address", "b", 5_500)).toBeUndefined();
    const otherLeaves = budget.take(other, "address", "b", 5_500);
    expect(otherLeaves).toBeDefined();
    leave[0]?.();
    expect(budget.take(one, "address", "b", 5_500)).toBeUndefined();
    leave[1]?.();
    expect(budget.take(one, "address", "b", 5_500)).toBeDefined();
  });

  test("belongs to an address, for all its connections", () => {
    const budget = new SubscriptionBudget();
    const taken = Array.from({ length: 10 }, (_none, index) => budget.take({}, "address", `${index}`, 19_900));
    expect(taken.filter(Boolean)).toHaveLength(5);
    expect(budget.take({}, "elsewhere", "9", 19_900)).toBeDefined();
    taken[0]?.();
    expect(budget.take({}, "address", "9", 19_900)).toBeDefined();
  });
});
