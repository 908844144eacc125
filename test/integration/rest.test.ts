import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { authorization, expectRefusal, graphql, updateScore } from "../helpers/requests.js";

const app = useTestApp({ env: { BOARDS: "main,other,top,ties", MAX_INCREMENT: "1000" } });

describe("an accepted update", () => {
  test("answers exactly as the contract says", async () => {
    const { status, headers, text } = await updateScore(app, {
      userId: "user123",
      scoreIncrement: 10,
      authToken: app.token("user123"),
      board: "other",
    });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/^application\/json\b/);
    expect(text).toBe(
      '{"success":true,"message":"Score updated successfully.","topScores":[{"userId":"user123","score":10}]}',
    );
  });

  test("answers with the ten best, highest score first", async () => {
    const token = app.token("referee", "service");
    for (let score = 1; score <= 12; score += 1) {
      await updateScore(app, { userId: `u${score}`, scoreIncrement: score, authToken: token, board: "top" });
    }
    const { body } = await updateScore(app, { userId: "u1", scoreIncrement: 100, authToken: token, board: "top" });
    expect(body.topScores).toEqual([
      { userId: "u1", score: 101 },
      ...[12, 11, 10, 9, 8, 7, 6, 5, 4].map((score) => ({ userId: `u${score}`, score })),
    ]);
  });

  test("has equal scores in the same order as GraphQL", async () => {
    const token = app.token("referee", "service");
    for (const userId of ["b", "ä", "a", "B"]) {
      await updateScore(app, { userId, scoreIncrement: 7, authToken: token, board: "ties" });
    }
    const { body } = await updateScore(app, { userId: "c", scoreIncrement: 7, authToken: token, board: "ties" });
    const { data } = await graphql(app, { query: '{ topScores(board: "ties") { userId score } }' });
    expect(body.topScores).toEqual(data?.topScores);
  });

  test("goes to the main board when none is named, and to no other", async () => {
    await updateScore(app, { userId: "defaulter", scoreIncrement: 3, authToken: app.token("defaulter") });
    const query =
      '{ main: playerScore(userId: "defaulter") { score } other: playerScore(board: "other", userId: "defaulter") { score } }';
    expect((await graphql(app, { query })).data).toEqual({ main: { score: 3 }, other: null });
  });

  test("takes the token from the Authorization header too", async () => {
    const answer = await updateScore(app, { userId: "h", scoreIncrement: 1 }, authorization(app.token("h")));
    expect(answer.status).toBe(200);
  });

  test.each(["application/json; charset=utf-8", "Application/JSON"])("takes Content-Type %s", async (type) => {
    const body = { userId: "typed", scoreIncrement: 1, authToken: app.token("typed") };
    expect((await updateScore(app, body, { "content-type": type })).status).toBe(200);
  });

  test("ignores fields that it does not know", async () => {
    const body = { userId: "extra", scoreIncrement: 1, authToken: app.token("extra"), colour: { red: [1, null] } };
    expect((await updateScore(app, body)).status).toBe(200);
  });
});

describe("an idempotency key", () => {
  const places = {
    "in the body": (key: string) => [{ idempotencyKey: key }, {}],
    "in the header Idempotency-Key": (key: string) => [{}, { "idempotency-key": key }],
  } as const;

  test.each(Object.entries(places))("%s counts once", async (place, put) => {
    const [fields, headers] = put("key 1");
    const userId = `once ${place}`;
    const body = { userId, scoreIncrement: 4, authToken: app.token(userId), ...fields };
    expect((await updateScore(app, body, headers)).status).toBe(200);
    expect((await updateScore(app, body, headers)).status).toBe(200);
    const { data } = await graphql(app, {
      query: "query ($userId: ID!) { playerScore(userId: $userId) { score } }",
      variables: { userId },
    });
    expect(data).toEqual({ playerScore: { score: 4 } });
  });

  test.each(Object.entries(places))("%s with other arguments is refused with 422", async (place, put) => {
    const [fields, headers] = put("key 2");
    const userId = `twice ${place}`;
    const body = { userId, scoreIncrement: 4, authToken: app.token(userId), ...fields };
    expect((await updateScore(app, body, headers)).status).toBe(200);
    expectRefusal(await updateScore(app, { ...body, scoreIncrement: 5 }, headers), 422);
    expectRefusal(await updateScore(app, { ...body, board: "other" }, headers), 422);
  });
});

describe("an update that this role may not make", () => {
  test("is refused with 403 when a player changes another player's score", async () => {
    expectRefusal(await updateScore(app, { userId: "victim", scoreIncrement: 1, authToken: app.token("thief") }), 403);
    const { data } = await graphql(app, { query: '{ playerScore(userId: "victim") { score } }' });
    expect(data).toEqual({ playerScore: null });
  });

  test.each([1001, -1])("is refused with 400 when a player adds %d", async (scoreIncrement) => {
    const answer = await updateScore(app, { userId: "p", scoreIncrement, authToken: app.token("p") });
    expectRefusal(answer, 400);
    expect(answer.body.message).toContain("scoreIncrement");
  });
});

describe("a body of another kind", () => {
  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "text/json",
  ])("is refused with 415 when it is %s", async (type) => {
    const body = { userId: "u", scoreIncrement: 1, authToken: app.token("u") };
    expectRefusal(await updateScore(app, body, { "content-type": type }), 415);
  });

  test("is refused with 415 without a Content-Type", async () => {
    const body = new Blob([JSON.stringify({ userId: "u", scoreIncrement: 1, authToken: app.token("u") })]);
    const response = await fetch(`${app.url}/api/v1/scores/update`, { method: "POST", body });
    expect(response.status).toBe(415);
  });
});

describe("the body's limit of 16 KB", () => {
  const bodyOf = (bytes: number) => {
    const body = { userId: "big", scoreIncrement: 1, authToken: app.token("big"), padding: "" };
    return JSON.stringify({ ...body, padding: "x".repeat(bytes - JSON.stringify(body).length) });
  };

  test("lets 16 KB pass", async () => {
    expect((await updateScore(app, bodyOf(16 * 1024))).status).toBe(200);
  });

  test.each([16 * 1024 + 1, 40_000, 2_000_000])("refuses %d bytes with 413", async (bytes) => {
    expectRefusal(await updateScore(app, bodyOf(bytes)), 413);
  });

  test("refuses a chunked body without a length with 413", async () => {
    const body = bodyOf(16 * 1024 + 1);
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const sent = request(`${app.url}/api/v1/scores/update`, {
        method: "POST",
        headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
      });
      sent.on("error", reject);
      sent.on("response", (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode, text }));
      });
      sent.write(body.slice(0, 8_000));
      sent.end(body.slice(8_000));
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toEqual({ success: false, message: expect.any(String) as string });
  });
});
