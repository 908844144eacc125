import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TwoWays } from "../helpers/two-ways.js";

/** Prepared operations answer as Apollo Server would, whatever the request. */

let ways: TwoWays;
beforeAll(async () => {
  ways = await TwoWays.start({ BOARDS: "main,second" });
});
afterAll(() => ways.stop());

// Random documents for the schema, with variables that may be wrong.
const odd = fc.constantFrom<unknown>(
  null,
  0,
  -1,
  1.5,
  101,
  2 ** 31,
  2 ** 53,
  "",
  "none",
  "\u0000",
  [],
  [1],
  {},
  "1",
  true,
);
const mostly = (...good: unknown[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: odd });
const directive = fc.constantFrom(
  "",
  "",
  "",
  "@include(if: $b)",
  "@skip(if: $b)",
  "@include(if: true)",
  "@skip(if: true)",
);
const alias = fc.constantFrom("", "", "x: ", "y: ", "score: ");
const rowField = fc
  .tuple(alias, fc.constantFrom("rank", "userId", "score", "__typename"), directive)
  .map((parts) => parts.join(" "));
const row = fc.oneof(
  fc.array(rowField, { minLength: 1, maxLength: 4 }).map((fields) => `{ ${fields.join(" ")} }`),
  fc.constant("{ ...Row }"),
  fc.tuple(directive, rowField).map(([include, field]) => `{ rank ... on ScoreEntry ${include} { ${field} } }`),
);
const args = (...given: [string, string[]][]) =>
  fc
    .tuple(...given.map(([name, values]) => fc.constantFrom("", ...values.map((text) => `${name}: ${text}`))))
    .map((parts) => parts.filter(Boolean).join(" "))
    .map((text) => (text === "" ? "" : `(${text})`));
const field = fc.oneof(
  fc
    .tuple(args(["limit", ["1", "3", "$n", "0"]], ["board", ['"main"', "$board"]]), row)
    .map(([given, rows]) => `topScores${given} ${rows}`),
  fc
    .tuple(args(["board", ["$board"]]), row)
    .map(
      ([given, rows]) =>
        `playerScore${given === "" ? "(userId: $user)" : given.replace("(", "(userId: $user ")} ${rows}`,
    ),
  fc
    .tuple(fc.constantFrom("", "radius: $n", "radius: 2"), row)
    .map(([given, rows]) => `scoresAround(userId: $user ${given}) ${rows}`),
  fc.constant("__typename"),
);
const rootField = fc.tuple(alias, field, directive).map(([as, asked, include]) => {
  const [head = "", ...rest] = asked.split(" {");
  return `${as}${head} ${include} ${rest.map((part) => `{${part}`).join(" ")}`;
});
const requests = fc
  .record({
    fields: fc.array(rootField, { minLength: 1, maxLength: 3 }),
    types: fc.constantFrom("$n: Int! = 5", "$n: Int! = 5", "$n: Int", "$n: Int = 2", "$n: Int!"),
    variables: fc.record(
      {
        n: mostly(1, 3, 10),
        board: mostly("main", "second"),
        user: mostly("u", "ada", "nobody"),
        b: mostly(true, false),
        unknown: fc.constant(1),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ fields, types, variables }) => ({
    query: `query Q(${types}, $board: ID! = "main", $user: ID! = "u", $b: Boolean! = true) { ${fields.join(" ")} } fragment Row on ScoreEntry { userId rank @skip(if: $b) score }`,
    variables,
  }));

test("random documents with random variables, four times each", async () => {
  for (const [index, userId] of ["u", "ada", "bob"].entries()) {
    const query = `mutation { incrementScore(userId: "${userId}", scoreIncrement: ${10 * index + 1}) { revision } }`;
    await ways.expectTheSame({ body: { query }, headers: ways.bearer("referee") }, 1);
  }
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(requests, async (body) => {
      // Documents with unused parts are refused; both kinds are sent, so that not all are refused.
      const used = body.query.replace(/\$(n|board|user|b): [^,)]+(, )?/g, (text, name: string) =>
        body.query.split(`$${name}`).length > 2 ? text : "",
      );
      const withRow = used.includes("...Row") ? used : used.replace(/ fragment Row .*$/, "");
      const query = withRow.replace("(, ", "(").replace(/, ?\)/, ")").replace("Q()", "Q");
      const sent = { body: { query, variables: body.variables }, headers: {} };
      await ways.expectTheSame(sent, 4);
      if ((await ways.ask(ways.prepared, sent)).body.startsWith('{"data"')) answered += 1;
    }),
    { numRuns: 150 },
  );
  expect(answered).toBeGreaterThan(30);
}, 120_000);
