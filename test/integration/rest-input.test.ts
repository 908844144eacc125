import { describe, expect, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { authorization, expectRefusal, graphql, updateScore } from "../helpers/requests.js";

const app = useTestApp({ env: { BOARDS: "main,other" } });
const headers = authorization(app.token("referee", "service"));

const deeper = `${'{"a":'.repeat(2_700)}1${"}".repeat(2_700)}`;
const deep = `${'{"a":'.repeat(1_500)}1${"}".repeat(1_500)}`;

/** Each value is JSON text, so that the table can hold values that JavaScript can't. */
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

const userIdRule = "userId must be 1 to 255 characters without control characters or lone surrogates.";
const keyRule = "idempotencyKey must be 1 to 255 printable ASCII characters.";
const noToken = "Invalid authentication token.";
const boardRule = "board must be one of this server's boards.";
const fine = "Score updated successfully.";

/** Each field's answer to each kind of value. The valid token is in the header. */
const kinds = ["(missing)", "null", '""', '"text"', "5", "1.5", "1e400", "true", "[]", "{}"] as const;
const notText = (field: string) =>
  ["a number", "a number", "a number", "a boolean", "an array", "an object"].map(
    (kind) => `${field} must be text, not ${kind}.`,
  );
const notWhole = (kind: string) => `scoreIncrement must be a whole number, not ${kind}.`;
const answers: Record<string, string[]> = {
  userId: ["userId is required.", "userId must be text, not null.", userIdRule, fine, ...notText("userId")],
  scoreIncrement: [
    "scoreIncrement is required.",
    ...["null", "text", "text"].map(notWhole),
    fine,
    ...["a fraction", "a number that is too large", "a boolean", "an array", "an object"].map(notWhole),
  ],
  authToken: [fine, fine, fine, ...kinds.slice(3).map(() => noToken)],
  board: [fine, fine, boardRule, boardRule, ...notText("board")],
  idempotencyKey: [fine, fine, keyRule, fine, ...notText("idempotencyKey")],
};

describe.each(Object.entries(answers))("%s", (field, messages) => {
  test.each(kinds.map((kind, index) => [kind, messages[index]]))("%s is answered with: %s", async (kind, message) => {
    const fields = { userId: '"kinds"', scoreIncrement: "5", ...(kind !== "(missing)" && { [field]: kind }) };
    const pairs = Object.entries(fields).filter(([name]) => kind !== "(missing)" || name !== field);
    const body = `{${pairs.map(([name, json]) => `"${name}":${json}`).join(",")}}`;
    for (const endpoint of ["update", "enqueue"] as const) {
      const answer = await updateScore(app, body, headers, endpoint);
      // Without a broker that endpoint accepts nothing; its refusals are the same.
      if (message === fine) expect(answer.status).toBe(endpoint === "update" ? 200 : 503);
      else expectRefusal(answer, message === noToken ? 401 : 400);
      if (message !== fine || endpoint === "update") expect(answer.body.message).toBe(message);
    }
  });
});

test("a caller without a token learns nothing about the fields", async () => {
  expectRefusal(await updateScore(app, '{"userId":5}'), 401);
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

const unread = "The body must be a JSON object with userId and scoreIncrement, and without __proto__.";
const notAnObject = (kind: string) => `The body must be a JSON object, not ${kind}.`;

test.each([
  ["no JSON", "{", unread],
  ["nothing", "", unread],
  ["blank", "  ", unread],
  ["an array", "[]", notAnObject("an array")],
  ["null", "null", notAnObject("null")],
  ["a string", '"x"', notAnObject("text")],
  ["a number", "5", notAnObject("a number")],
  ["a boolean", "true", notAnObject("a boolean")],
  ["an object with trailing text", '{"userId":"u","scoreIncrement":5}x', unread],
  ["an object with __proto__", '{"userId":"u","scoreIncrement":5,"__proto__":{"board":"other"}}', unread],
  ["an object with __proto__ further in", '{"userId":"u","scoreIncrement":5,"x":[{"\\u005f_proto__":1}]}', unread],
  ["an object with a prototype", '{"userId":"u","scoreIncrement":5,"constructor":{"prototype":{}}}', unread],
  ["an object in __proto__ alone", '{"__proto__":{"userId":"u","scoreIncrement":5}}', unread],
  ["arrays, 8,000 deep", "[".repeat(8_000) + "]".repeat(8_000), notAnObject("an array")],
  ["arrays, 16,000 deep, that never end", "[".repeat(16_000), unread],
  ["objects, 2,700 deep", deeper, "userId is required."],
  ["JavaScript but not JSON", '{"userId":"u","scoreIncrement":NaN}', unread],
  ["JSON with a comment", '{"userId":"u","scoreIncrement":5}//', unread],
])("a body that is %s is refused with 400 and a sentence about it", async (_name, body, message) => {
  const answer = await updateScore(app, body, headers);
  expectRefusal(answer, 400);
  expect(answer.body.message).toBe(message);
});

test.each([
  ["begins with a byte order mark", `\ufeff${bodyWith({})}`],
  [
    "holds members called constructor, toString and hasOwnProperty",
    bodyWith({ constructor: "1", toString: "2", hasOwnProperty: "3" }),
  ],
  ["holds an unknown member, 7,000 deep", bodyWith({ x: "[".repeat(7_000) + "]".repeat(7_000) })],
])("a body that %s is accepted", async (_name, body) => {
  expect((await updateScore(app, body, headers)).status).toBe(200);
});

test("the last of two equal fields counts", async () => {
  await updateScore(app, '{"userId":"first","scoreIncrement":1,"userId":"last","scoreIncrement":2}', headers);
  const { data } = await graphql(app, {
    query: '{ first: playerScore(userId: "first") { score } last: playerScore(userId: "last") { score } }',
  });
  expect(data).toEqual({ first: null, last: { score: 2 } });
});

test("a body that is not UTF-8 is refused, as two players would become one", async () => {
  const body = Buffer.from('{"userId":"J\u00f6rg","scoreIncrement":1}', "latin1");
  const response = await fetch(`${app.url}/api/v1/scores/update`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json; charset=iso-8859-1", ...headers },
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ success: false, message: "The body must be UTF-8." });
});

test("a request without any body is refused with 400", async () => {
  const response = await fetch(`${app.url}/api/v1/scores/update`, { method: "POST", headers });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ success: false, message: unread });
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
