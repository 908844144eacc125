import { readFileSync } from "node:fs";
import { getDirective } from "@graphql-tools/utils";
import {
  buildSchema,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  parse,
  specifiedRules,
  validate,
  visit,
} from "graphql";
import { describe, expect, test } from "vitest";
import {
  areShallow,
  DocumentLimits,
  maxCost,
  maxRepetitions,
  maxRootFields,
  maxVariableDepth,
  validationRules,
} from "../../src/graphql/execution/limits.js";
import { OperationCosts } from "../../src/graphql/execution/operation-cost.js";

const schema = buildSchema("type Query { a: Int, nested: Query } type Mutation { a: Int }");

const limits = new DocumentLimits(schema);

function problemsOf(query: string, introspection = true): string[] {
  const document = parse(query);
  const beyond = limits.problemOf(document);
  const problems = validate(schema, document, [...specifiedRules, ...validationRules(introspection)]);
  return [...(beyond ? [beyond] : []), ...problems].map(({ message }) => message);
}

const fields = (count: number, prefix = "x") =>
  Array.from({ length: count }, (_none, index) => `${prefix}${index}: a`).join(" ");

test.each<[string, (count: number) => string]>([
  ["aliases", (count) => `{ ${fields(count)} }`],
  ["the same field again and again", (count) => `{ ${"a ".repeat(count)} }`],
  ["mutations", (count) => `mutation { ${fields(count)} }`],
  [
    "inline fragments",
    (count) => `{ ${fields(5)} ... { ${fields(5, "y")} ... on Query { ${fields(count - 10, "z")} } } }`,
  ],
  ["a fragment", (count) => `{ a ...F } fragment F on Query { ${fields(count - 1)} }`],
  [
    "a fragment that is spread twice",
    (count) => `{ ...F ...F ${fields(count % 2, "y")} } fragment F on Query { ${fields(Math.floor(count / 2))} }`,
  ],
  [
    "nested fragments",
    (count) => `{ ...F } fragment F on Query { a ...G } fragment G on Query { ${fields(count - 1)} }`,
  ],
  ["fields that are skipped", (count) => `{ ${fields(count).replaceAll(": a", ": a @skip(if: true)")} }`],
  ["introspection", (count) => `{ ${"__typename ".repeat(count)} }`],
])(`%s: ${maxRootFields} pass, one more does not`, (_name, build) => {
  expect(problemsOf(build(maxRootFields))).toEqual([]);
  expect(problemsOf(build(maxRootFields + 1))).toEqual([expect.stringContaining(String(maxRootFields))]);
});

test("fields below the root are not counted", () => {
  expect(problemsOf(`{ nested { ${fields(3 * maxRootFields)} } }`)).toEqual([]);
});

test("each operation of a document is counted by itself", () => {
  expect(problemsOf(`query A { ${fields(maxRootFields)} } query B { ${fields(maxRootFields)} }`)).toEqual([]);
  expect(problemsOf(`query A { a } query B { ${fields(maxRootFields + 1)} }`)).toHaveLength(1);
});

test("fragments that spread each other twice are counted, however many that makes", () => {
  const levels = Array.from(
    { length: 200 },
    (_none, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
  );
  const { message = "" } = limits.problemOf(parse(`{ ...F0 } ${levels.join(" ")} fragment F200 on Query { a }`)) ?? {};
  expect(message).toContain(`at most ${maxRootFields} root fields; this one has ${2 ** 200}.`);
});

test("fragments that spread themselves come to an end", () => {
  expect(problemsOf("{ ...F } fragment F on Query { a ...G } fragment G on Query { ...F }").length).toBeGreaterThan(0);
});

test("introspection passes when it is on, and is refused when it is off; __typename always passes", () => {
  for (const query of ["{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }']) {
    expect(problemsOf(query, true)).toEqual([]);
    expect(problemsOf(query, false).length).toBeGreaterThan(0);
  }
  expect(problemsOf("{ __typename }", false)).toEqual([]);
});

describe("what an operation costs", () => {
  const served = buildSchema(readFileSync("schema.graphql", "utf8"));
  const costs = new OperationCosts(served);
  const costOf = (text: string, variables?: Record<string, unknown>) => {
    const document = parse(text);
    const operation = getOperationAST(document);
    if (!operation) throw new Error(`no operation in ${text}`);
    return costs.of(document, operation, variables);
  };

  test.each<[string, number]>([
    ["{ __typename }", 1],
    ["{ topScores { rank score } }", 1 + 10 * 2],
    ["{ topScores { rank userId } }", 1 + 10 * (1 + 3)],
    ["{ topScores(limit: 3) { rank score } }", 1 + 3 * 2],
    ["{ topScores(limit: 0) { rank } }", 1 + 1],
    ["{ topScores(limit: 1000000) { rank } }", 1 + 100],
    ["query ($n: Int!) { topScores(limit: $n) { rank } }", 1 + 100],
    ["query ($n: Int! = 5) { topScores(limit: $n) { rank } }", 1 + 100],
    ['{ playerScore(userId: "u") { rank score } }', 1 + 2],
    ['{ scoresAround(userId: "u") { rank } }', 1 + 101],
    [
      '{ scoreHistory(userId: "u", first: 5) { edges { node { score } } pageInfo { hasNextPage } } }',
      1 + 1 + 5 * 2 + 2,
    ],
    ['{ scoreAt(userId: "u", at: "2026-11-23T10:00:00.000Z") }', 1],
    ['mutation { incrementScore(userId: "u", scoreIncrement: 1) { topScores { rank } entry { rank } } }', 1 + 11 + 2],
    [
      'mutation { submitChanges(changes: [{ userId: "u", increment: 1 }, { userId: "v", increment: 1 }]) { userId revision } }',
      1 + 2 * (3 + 1),
    ],
    ['mutation { submitChanges(changes: { userId: "u", increment: 1 }) { revision } }', 1 + 1],
    ["mutation { submitChanges(changes: []) { revision } }", 1 + 1],
    [
      "mutation ($c: [ScoreChangeInput!]!) { submitChanges(changes: $c) { revision error { code } } }",
      1 + 100 * (1 + 2),
    ],
    ["mutation ($c: [ScoreChangeInput!]!) { enqueueChanges(changes: $c) { id } }", 1 + 100],
    ["subscription { topScoresUpdated(limit: 5) { revision topScores { rank } } }", 1 + 1 + 1 + 5],
    ['subscription { scoresAroundUpdated(userId: "u") { scoresAround { rank } } }', 1 + 1 + 101],
    ["{ topScores(limit: 7) { ...F ...F } } fragment F on ScoreEntry { rank ... { score } }", 1 + 7 * 4],
    [`{ topScores(limit: 7) { ${"a".repeat(95)}: rank } }`, 1 + 7 * 3],
  ])("%s", (text, cost) => {
    expect(costOf(text)).toBe(cost);
  });

  test("a variable counts with its value, where that is known", () => {
    const text = "query ($n: Int!) { topScores(limit: $n) { rank } }";
    expect(costOf(text, { n: 4 })).toBe(1 + 4);
    expect(costOf(text, { n: 4_000 })).toBe(1 + 100);
    const batch = "mutation ($c: [ScoreChangeInput!]!) { submitChanges(changes: $c) { revision } }";
    expect(costOf(batch, { c: Array.from({ length: 7 }, () => ({ userId: "u", increment: 1 })) })).toBe(1 + 7);
  });

  test("every list of the schema says how long it can be", () => {
    const sized = new Set<string>();
    const lists = new Set<string>();
    for (const type of Object.values(served.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith("__")) continue;
      for (const field of Object.values(type.getFields())) {
        const [size] = (getDirective(served, field, "listSize") ?? []) as { sizedFields?: string[] }[];
        const inner = getNamedType(field.type).name;
        for (const name of size?.sizedFields ?? []) sized.add(`${inner}.${name}`);
        if (!isListType(getNullableType(field.type))) continue;
        lists.add(`${type.name}.${field.name}`);
        if (size) sized.add(`${type.name}.${field.name}`);
      }
    }
    expect(lists.size).toBeGreaterThan(5);
    expect([...lists].filter((list) => !sized.has(list))).toEqual([]);
  });

  test("a page may ask for 20 boards of 100 rows and ten fields each, and no more", () => {
    const page = (boards: number, columns: number) =>
      `{ ${fields(boards).replaceAll(": a", `: topScores(limit: 100) { ${fields(columns).replaceAll(": a", ": rank")} }`)} }`;
    const ofServed = new DocumentLimits(served);
    expect(ofServed.problemOf(parse(page(20, 10)))).toBeUndefined();
    expect(ofServed.problemOf(parse(page(20, 13)))?.message).toBe(
      `An operation may cost at most ${maxCost}; this one costs ${20 * (1 + 100 * 13)}: its fields times the rows that they can return.`,
    );
  });

  test("the introspection query that tools send is allowed, but not twenty times in one operation", () => {
    const whole = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
    });
    const ofServed = new DocumentLimits(served);
    expect(ofServed.problemOf(parse(whole))).toBeUndefined();
    const types = `types { ...FullType fields { name args { ...InputValue } type { ...TypeRef } } }`;
    const twenty = whole.replace(
      "__schema {",
      `${fields(19, "s").replaceAll(": a", `: __schema { ${types} }`)} __schema {`,
    );
    expect(ofServed.problemOf(parse(twenty))?.message).toContain("may cost at most");
  });

  test("grows with fragments that spread others twice, and takes as many steps as the document has parts", () => {
    const levels = Array.from(
      { length: 100 },
      (_none, index) => `fragment F${index} on ScoreEntry { ...F${index + 1} ...F${index + 1} }`,
    );
    const text = `{ topScores(limit: 1) { ...F0 } } ${levels.join(" ")} fragment F100 on ScoreEntry { rank }`;
    const document = parse(text);
    let looks = 0;
    visit(document, {
      SelectionSet: (node) => {
        const { selections } = node;
        Object.defineProperty(node, "selections", { get: () => ((looks += 1), selections) });
      },
    });
    const operation = getOperationAST(document);
    looks = 0;
    expect(operation && costs.of(document, operation)).toBe(1 + 2 ** 100);
    expect(looks).toBe(102 + 1);
  });
});

test(`one name may be asked for ${maxRepetitions} times in a document, under whatever parents, and no more`, () => {
  const document = (count: number) =>
    parse(`{ nested { ${"x: a ".repeat(count - 30)} } y: nested { ${"x: a ".repeat(30)} } }`);
  expect(limits.problemOf(document(maxRepetitions))).toBeUndefined();
  expect(limits.problemOf(document(maxRepetitions + 1))?.message).toBe(
    `A document may ask for one name at most ${maxRepetitions} times; this one asks for x ${maxRepetitions + 1} times.`,
  );
});

test("variables may be nested as deep as the limit says", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  expect(areShallow(undefined)).toBe(true);
  expect(areShallow({})).toBe(true);
  expect(areShallow({ a: 1, b: "x", c: null })).toBe(true);
  expect(areShallow({ a: nested(maxVariableDepth - 1) })).toBe(true);
  expect(areShallow({ a: 1, b: nested(maxVariableDepth) })).toBe(false);
});
