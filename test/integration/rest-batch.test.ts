import { describe, expect, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { authorization, expectRefusal, graphql, updateScore } from "../helpers/requests.js";

const app = useTestApp({ env: { BOARDS: "main,other,exact,untouched", MAX_INCREMENT: "1000" } });
const token = app.token("referee", "service");
const headers = authorization(token);
const endpoints = ["batch", "enqueue/batch"] as const;

describe("an answered batch", () => {
  test("has the form of the contract", async () => {
    const changes = [
      { userId: "user123", increment: 20 },
      { userId: "", increment: 10 },
      { userId: 'a "quoted" \u2028 name', increment: 10 },
    ];
    const {
      status,
      headers: answered,
      text,
    } = await updateScore(app, { board: "exact", authToken: token, changes }, {}, "batch");
    expect(status).toBe(200);
    expect(answered.get("content-type")).toBe("application/json; charset=utf-8");
    expect(text).toBe(
      '{"success":true,"results":[' +
        '{"userId":"user123","score":20,"rank":1,"revision":1},' +
        '{"userId":"","code":"BAD_USER_INPUT","message":"userId must be 1 to 255 characters without control characters or lone surrogates."},' +
        '{"userId":"a \\"quoted\\" \u2028 name","score":10,"rank":2,"revision":2}]}',
    );
  });

  test("went to the main board when none is named or it is null, and to no other", async () => {
    const changes = [{ userId: "defaulter", increment: 3 }];
    await updateScore(app, { changes, board: null }, headers, "batch");
    await updateScore(app, { changes }, headers, "batch");
    const query =
      '{ main: playerScore(userId: "defaulter") { score } other: playerScore(board: "other", userId: "defaulter") { score } }';
    expect((await graphql(app, { query })).data).toEqual({ main: { score: 6 }, other: null });
  });

  test("may have fields that the service does not know", async () => {
    const body = { changes: [{ userId: "extra", increment: 1, colour: { red: [] } }], colour: null };
    expect((await updateScore(app, body, headers, "batch")).status).toBe(200);
  });
});

/** Bodies as JSON text, so that the table can hold values that JavaScript can't. */
const unread = "The body must be a JSON object with changes, and without __proto__.";
const good = '{"userId":"u","increment":5}';
const mistakes: [string, string][] = [
  ["", unread],
  ["{", unread],
  ['{"changes":[{"userId":"u","increment":5,"__proto__":{}}]}', unread],
  ["[]", "The body must be a JSON object, not an array."],
  ["null", "The body must be a JSON object, not null."],
  ["{}", "changes is required."],
  ['{"changes":null}', "changes must be an array, not null."],
  [`{"changes":${good}}`, "changes must be an array, not an object."],
  ['{"changes":"u"}', "changes must be an array, not text."],
  ['{"changes":[]}', "changes must hold 1 to 100 changes, not 0."],
  [`{"changes":[${Array.from({ length: 101 }, () => good).join()}]}`, "changes must hold 1 to 100 changes, not 101."],
  [`{"changes":[${good},null]}`, "changes[1] must be an object, not null."],
  [`{"changes":[${good},[]]}`, "changes[1] must be an object, not an array."],
  [`{"changes":[${good},"u"]}`, "changes[1] must be an object, not text."],
  [`{"changes":[${good},{}]}`, "changes[1].userId is required."],
  [`{"changes":[${good},${good},${good},{"userId":5}]}`, "changes[3].userId must be text, not a number."],
  ['{"changes":[{"userId":null}]}', "changes[0].userId must be text, not null."],
  ['{"changes":[{"userId":"u","increment":"5"}]}', "changes[0].increment must be a whole number, not text."],
  ['{"changes":[{"userId":"u","increment":1.5}]}', "changes[0].increment must be a whole number, not a fraction."],
  [
    '{"changes":[{"userId":"u","increment":1e400}]}',
    "changes[0].increment must be a whole number, not a number that is too large.",
  ],
  ['{"changes":[{"userId":"u","score":[5]}]}', "changes[0].score must be a whole number, not an array."],
  [
    '{"changes":[{"userId":"u","increment":5,"idempotencyKey":true}]}',
    "changes[0].idempotencyKey must be text, not a boolean.",
  ],
  [`{"changes":[${good}],"board":5}`, "board must be text, not a number."],
  [`{"changes":[${good}],"board":"none"}`, "board must be one of this server's boards."],
];

describe.each(endpoints)("%s refuses the whole body", (endpoint) => {
  test.each(mistakes)("%s with 400: %s", async (body, message) => {
    const answer = await updateScore(app, body, headers, endpoint);
    expectRefusal(answer, 400);
    expect(answer.body.message).toBe(message);
  });

  test("with 400 when a key is in the header, where it would protect no change", async () => {
    const body = { changes: [{ userId: "u", increment: 1 }] };
    const answer = await updateScore(app, body, { ...headers, "idempotency-key": "k" }, endpoint);
    expectRefusal(answer, 400);
    expect(answer.body.message).toBe(
      "The header Idempotency-Key does not fit a batch. Give each change its own idempotencyKey.",
    );
  });

  test("with 401 without a valid token, whatever else is wrong", async () => {
    for (const body of [{ changes: [{ userId: "u", increment: 1 }] }, { changes: 5 }, { authToken: "none" }]) {
      expectRefusal(await updateScore(app, body, {}, endpoint), 401);
    }
    expectRefusal(await updateScore(app, { changes: [], authToken: app.token("other") }, headers, endpoint), 401);
  });

  test("with 415 when it is not JSON", async () => {
    const body = { changes: [{ userId: "u", increment: 1 }] };
    expectRefusal(await updateScore(app, body, { ...headers, "content-type": "text/plain" }, endpoint), 415);
  });

  test("with 413 over 64 KB, and not below", async () => {
    const bodyOf = (bytes: number) => {
      const body = { changes: [{ userId: "u", increment: 0 }], padding: "" };
      return JSON.stringify({ ...body, padding: "x".repeat(bytes - JSON.stringify(body).length) });
    };
    const answer = await updateScore(app, bodyOf(64 * 1024 + 1), headers, endpoint);
    expectRefusal(answer, 413);
    expect(answer.body.message).toBe("The body must be at most 64 KB.");
    expect((await updateScore(app, bodyOf(64 * 1024), headers, endpoint)).status).toBe(
      endpoint === "batch" ? 200 : 503,
    );
  });
});

describe("a change's own mistake has the change's own error:", () => {
  const own = (fields: string) => `{"board":"untouched","changes":[{"userId":"u",${fields}}]}`;
  test.each([
    [own('"increment":1e16'), "increment must be a whole number other than zero, within ±(2^53 - 1)."],
    [own('"increment":-0'), "increment must be a whole number other than zero, within ±(2^53 - 1)."],
    [own('"increment":null'), "increment is required."],
    [own('"increment":1,"idempotencyKey":"ü"'), "idempotencyKey must be 1 to 255 printable ASCII characters."],
    [
      '{"board":"untouched","changes":[{"userId":"\\ud800","increment":1}]}',
      "userId must be 1 to 255 characters without control characters or lone surrogates.",
    ],
  ])("%s", async (body, message) => {
    const { status, body: answered } = await updateScore(app, body, headers, "batch");
    expect(status).toBe(200);
    expect(answered.results).toMatchObject([{ code: "BAD_USER_INPUT", message }]);
    const { data } = await graphql(app, { query: '{ topScores(board: "untouched") { userId } }' });
    expect(data).toEqual({ topScores: [] });
  });
});

test("a batch for later is refused as a whole with 503 where there is no message broker", async () => {
  const answer = await updateScore(app, { changes: [{ userId: "u", increment: 1 }] }, headers, "enqueue/batch");
  expectRefusal(answer, 503);
  expect(answer.headers.get("retry-after")).toBe("1");
  const query = 'mutation { enqueueChanges(changes: [{ userId: "u", increment: 1 }]) { id } }';
  expect((await graphql(app, { query, token })).errors).toMatchObject([{ extensions: { code: "UNAVAILABLE" } }]);
});

test.each(["GET", "PUT", "DELETE"])("%s is answered with 405", async (method) => {
  for (const endpoint of endpoints) {
    const response = await fetch(`${app.url}/api/v1/scores/${endpoint}`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  }
});
