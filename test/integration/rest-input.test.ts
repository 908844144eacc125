import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { authorization, expectRefusal, graphql, updateScore } from "../helpers/requests.js";

let app: TestApp;
let headers: Record<string, string>;

beforeAll(async () => {
  app = await startTestApp({ env: { BOARDS: "main,other" } });
  headers = authorization(app.token("referee", "service"));
});
afterAll(() => app.stop());

const deep = `${'{"a":'.repeat(1_500)}1${"}".repeat(1_500)}`;

/** Each value is JSON, so that the table holds what no JavaScript value can say. */
const badValues = {
  userId: [
    ...['""', "null", "true", "5", "1.5", "[]", '["u"]', "{}", '{"toString":"u"}', deep],
    ...['"\\u0000"', '"a\\nb"', '"\\u007f"', '"\\u0085"', '"\\u009f"'],
    ...['"\\ud800"', '"a\\udc00b"', '"\\udc00\\ud800"'],
    ...[`"${"x".repeat(256)}"`, `"${"😀".repeat(256)}"`, `"${"x".repeat(10_000)}"`],
  ],
  scoreIncrement: [
    ...["0", "-0", "0.0", "1.5", "-0.1", "1e-1", "5e-324", "1e400", "-1e400", "1e16"],
    ...["9007199254740992", "-9007199254740992", "9007199254740993", "9223372036854775808"],
    ...['"5"', '""', "null", "true", "[]", "[5]", "{}", '{"valueOf":5}'],
  ],
  board: [
    '"nope"',
    '""',
    '"MAIN"',
    '"main "',
    '"__proto__"',
    '"constructor"',
    '"\\ud800"',
    "5",
    "null",
    "true",
    '["main"]',
    "{}",
  ],
  idempotencyKey: [
    ...['""', '"ü"', '"a\\tb"', '"\\u007f"', '"\\u0000"', '"😀"', `"${"k".repeat(256)}"`],
    ...["5", "true", "[]", '["k"]', "{}"],
  ],
} as const;

const good = { userId: '"u"', scoreIncrement: "5" };

function bodyWith(fields: Record<string, string>): string {
  const pairs = Object.entries({ ...good, ...fields });
  return `{${pairs.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

function shortened(json: string): string {
  return json.length > 30 ? `${json.slice(0, 20)}… (${json.length} characters)` : json;
}

describe.each(Object.entries(badValues))("%s", (name, values) => {
  test.each(values.map((json) => [shortened(json), json]))(
    "%s is refused with 400 by its name",
    async (_short, json) => {
      const answer = await updateScore(app, bodyWith({ [name]: json }), headers);
      expectRefusal(answer, 400);
      expect(answer.body.message).toContain(name);
    },
  );
});

test.each(["userId", "scoreIncrement"])("a body without %s is refused with 400 by its name", async (name) => {
  const fields = Object.fromEntries(Object.entries(good).filter(([field]) => field !== name));
  const body = `{${Object.entries(fields)
    .map(([field, json]) => `"${field}":${json}`)
    .join(",")}}`;
  const answer = await updateScore(app, body, headers);
  expectRefusal(answer, 400);
  expect(answer.body.message).toContain(name);
});

test.each([
  ["userId of 1 character", { userId: '"x"' }],
  ["userId of 255 characters", { userId: `"${"x".repeat(255)}"` }],
  ["userId of 255 characters beyond the first plane", { userId: `"${"😀".repeat(255)}"` }],
  ["userId of a surrogate pair as escapes", { userId: '"\\ud83d\\ude00"' }],
  ["userId that looks like a number", { userId: '"42"' }],
  ["userId __proto__", { userId: '"__proto__"' }],
  ["userId of spaces and colons", { userId: '" : {main} * "' }],
  ["scoreIncrement written as 5.0", { scoreIncrement: "5.0" }],
  ["scoreIncrement written as 5e3", { scoreIncrement: "5e3" }],
  ["scoreIncrement -(2^53 - 1)", { userId: '"low"', scoreIncrement: "-9007199254740991" }],
  ["scoreIncrement 2^53 - 1", { userId: '"high"', scoreIncrement: "9007199254740991" }],
  ["board main", { board: '"main"' }],
  ["idempotencyKey of 1 character", { userId: '"k1"', idempotencyKey: '"~"' }],
  ["idempotencyKey of 255 characters", { userId: '"k255"', idempotencyKey: `"${"k ".repeat(127)}k"` }],
])("%s is accepted", async (_name, fields) => {
  const { text, status } = await updateScore(app, bodyWith(fields), headers);
  expect({ status, text }).toMatchObject({ status: 200 });
});

test("userIds that differ in normalisation or case are different players", async () => {
  for (const userId of ["\u00e9", "e\u0301", "E\u0301"]) await updateScore(app, { userId, scoreIncrement: 1 }, headers);
  const query =
    "query ($a: ID!, $b: ID!) { a: playerScore(userId: $a) { score } b: playerScore(userId: $b) { score } }";
  const { data } = await graphql(app, { query, variables: { a: "\u00e9", b: "e\u0301" } });
  expect(data).toEqual({ a: { score: 1 }, b: { score: 1 } });
});

test.each([
  ["no JSON", "{"],
  ["nothing", ""],
  ["blank", "  "],
  ["an array", "[]"],
  ["null", "null"],
  ["a string", '"x"'],
  ["a number", "5"],
  ["an object with trailing text", '{"userId":"u","scoreIncrement":5}x'],
  ["an object with __proto__", '{"userId":"u","scoreIncrement":5,"__proto__":{"board":"other"}}'],
  ["deep", deep.replaceAll('{"a":', "[").replaceAll("}", "]")],
  ["JavaScript but not JSON", '{"userId":"u","scoreIncrement":NaN}'],
])("a body that is %s is refused with 400", async (_name, body) => {
  const answer = await updateScore(app, body, headers);
  expectRefusal(answer, 400);
  expect(answer.body.message).toMatch(/body/i);
});

test.each([
  ["total above 2^53 - 1", 9_007_199_254_740_990, 2],
  ["total below -(2^53 - 1)", -9_007_199_254_740_990, -2],
])("a %s is refused with 400 by the field's name and changes nothing", async (name, first, second) => {
  const token = app.token(name, "service");
  await updateScore(app, { userId: name, scoreIncrement: first, authToken: token });
  const answer = await updateScore(app, { userId: name, scoreIncrement: second, authToken: token });
  expectRefusal(answer, 400);
  expect(answer.body.message).toContain("scoreIncrement");
  const query = "query ($userId: ID!) { playerScore(userId: $userId) { score } }";
  expect((await graphql(app, { query, variables: { userId: name } })).data).toEqual({ playerScore: { score: first } });
});

test.each(["", "ü", "k".repeat(256)])("the header Idempotency-Key %j is refused with 400 by its name", async (key) => {
  const answer = await updateScore(app, bodyWith({}), { ...headers, "idempotency-key": key });
  expectRefusal(answer, 400);
  expect(answer.body.message).toMatch(/idempotency-?key/i);
});

test("no refused update has left a trace", async () => {
  const { data } = await graphql(app, { query: '{ topScores(board: "other") { userId } }' });
  expect(data).toEqual({ topScores: [] });
});
