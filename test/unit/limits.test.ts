import { buildSchema, parse, specifiedRules, validate } from "graphql";
import { expect, test } from "vitest";
import { maxRootFields, validationRules } from "../../src/graphql/limits.js";

const schema = buildSchema("type Query { a: Int, nested: Query } type Mutation { a: Int }");

function problemsOf(query: string, introspection = true): string[] {
  return validate(schema, parse(query), [...specifiedRules, ...validationRules(introspection)]).map(
    ({ message }) => message,
  );
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

test("fragments that spread each other twice are counted in no time", () => {
  const levels = Array.from(
    { length: 200 },
    (_none, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
  );
  const start = performance.now();
  const problems = problemsOf(`{ ...F0 } ${levels.join(" ")} fragment F200 on Query { a }`);
  expect(problems.some((problem) => problem.includes(String(maxRootFields)))).toBe(true);
  expect(performance.now() - start).toBeLessThan(2_000);
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
