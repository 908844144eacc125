import { generateKeyPairSync } from "node:crypto";
import jwt from "jsonwebtoken";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { startTestApp, useTestApp, type TestApp } from "../helpers/app.js";
import { jwtSecret, signRaw, tokenPart } from "../helpers/tokens.js";
import { authorization, codeOf, graphql, incrementMutation, tryIncrement, updateScore } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { waitFor } from "../helpers/wait-for.js";

const app = useTestApp();

const now = Math.floor(Date.now() / 1000);
const claims = { sub: "sam", role: "player", exp: now + 3_600 };

const without = (name: keyof typeof claims) =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
const valid = signRaw(claims);
const [head = "", , signature = ""] = valid.split(".");

const badTokens: Record<string, string> = {
  garbage: "garbage",
  "two parts": "a.b",
  "four parts": `${valid}.x`,
  "without a signature": `${head}.${tokenPart(claims)}.`,
  "with another's payload": `${head}.${tokenPart({ ...claims, role: "admin" })}.${signature}`,
  "with a longer signature": `${valid}AA`,
  "of another secret": signRaw(claims, undefined, "another secret for tests, of at least 32 bytes"),
  "of alg none": `${tokenPart({ alg: "none", typ: "JWT" })}.${tokenPart(claims)}.`,
  "of alg none with a signature": signRaw(claims, { alg: "none", typ: "JWT" }),
  "of RS256, signed by a key of its own": jwt.sign(claims, privateKey, { algorithm: "RS256" }),
  "that calls itself RS256 and is signed with a public key as secret": signRaw(
    claims,
    { alg: "RS256", typ: "JWT" },
    publicPem,
  ),
  "that calls itself RS256 and is signed with the secret": signRaw(claims, { alg: "RS256", typ: "JWT" }),
  "of HS512": jwt.sign(claims, jwtSecret, { algorithm: "HS512" }),
  "that brings its own key": signRaw(claims, { alg: "HS256", jwk: { kty: "oct", k: "eA" } }, "x"),
  expired: signRaw({ ...claims, exp: now - 6 }),
  "without exp": signRaw(without("exp")),
  "with exp as a string": signRaw({ ...claims, exp: String(claims.exp) }),
  "with exp null": signRaw({ ...claims, exp: null }),
  "without sub": signRaw(without("sub")),
  "with sub empty": signRaw({ ...claims, sub: "" }),
  "with sub as a number": signRaw({ ...claims, sub: 5 }),
  "with sub of 256 characters": signRaw({ ...claims, sub: "s".repeat(256) }),
  "with sub that holds a control character": signRaw({ ...claims, sub: "s\n" }),
  "without role": signRaw(without("role")),
  "with an unknown role": signRaw({ ...claims, role: "root" }),
  "with role none": signRaw({ ...claims, role: "none" }),
  "with role __proto__": signRaw({ ...claims, role: "__proto__" }),
  "with role in capitals": signRaw({ ...claims, role: "PLAYER" }),
  "with a list of roles": signRaw({ ...claims, role: ["admin"] }),
  "that is not valid yet": signRaw({ ...claims, nbf: now + 600 }),
  "that is valid from a time in milliseconds": signRaw({ ...claims, nbf: now * 1000 }),
  "that was issued in the future": signRaw({ ...claims, iat: now + 600 }),
  "that expires at a time in milliseconds": signRaw({ ...claims, exp: claims.exp * 1000 }),
  "that expires in eleven years": signRaw({ ...claims, exp: now + 11 * 365 * 86_400 }),
  "with an extension that must be understood": signRaw(claims, { alg: "HS256", crit: ["x"], x: 1 }),
  "whose payload is not encoded": signRaw(claims, { alg: "HS256", b64: false }),
  "of another type": signRaw(claims, { alg: "HS256", typ: "logout+jwt" }),
  "that says twice who it is of": signRaw(JSON.stringify(claims).replace("{", '{"sub":"admin",')),
  "whose payload is a list": signRaw([claims]),
  "whose payload is text": signRaw("admin"),
  "that is huge": signRaw({ ...claims, padding: "x".repeat(9_000) }),
};

describe.each(Object.entries(badTokens))("a token %s", (_name, token) => {
  test("is refused over GraphQL", async () => {
    const answer = await tryIncrement(app, token, { userId: "sam", scoreIncrement: 1 });
    expect(answer.errors).toEqual([
      { message: "Invalid authentication token.", extensions: { code: "UNAUTHENTICATED" } },
    ]);
  });

  test("is refused over REST, in the body and in the header", async () => {
    const body = { userId: "sam", scoreIncrement: 1 };
    for (const answer of [
      await updateScore(app, { ...body, authToken: token }),
      await updateScore(app, body, authorization(token)),
    ]) {
      expect(answer.status).toBe(401);
      expect(answer.text).toBe('{"success":false,"message":"Invalid authentication token."}');
    }
  });

  test("closes a WebSocket with 4403", async () => {
    const socket = await SocketClient.open(app.wsUrl);
    socket.send({ type: "connection_init", payload: { authorization: `Bearer ${token}` } });
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(socket.waiting).toBe(0);
  });
});

describe("a value that is no token", () => {
  const change = { userId: "sam", scoreIncrement: 1 };
  const refusal = '{"success":false,"message":"Invalid authentication token."}';

  test.each(["", " ", "Bearer", "Bearer ", "Basic c2FtOng="])(
    "with %j as Authorization a caller may read over GraphQL and as a stream of events, but not write",
    async (header) => {
      const headers = { authorization: header };
      // Asks more than once, as the service treats frequent operations differently.
      for (let asked = 0; asked < 6; asked += 1) {
        expect(await graphql(app, { query: "{ topScores { rank } }", headers })).toMatchObject({
          status: 200,
          data: {},
        });
        const answer = await graphql(app, { query: incrementMutation, variables: change, headers });
        expect(codeOf(answer)).toBe("UNAUTHENTICATED");
      }
      const stream = await fetch(`${app.url}/graphql/stream?query=${encodeURIComponent("{ __typename }")}`, {
        headers,
      });
      expect(await stream.text()).toContain('{"data":{"__typename":"Query"}}');
    },
  );

  test.each(["", "Bearer ", "Basic c2FtOng="])("%j as Authorization is 401 over REST", async (header) => {
    const { status, text } = await updateScore(app, change, { authorization: header });
    expect({ status, text }).toEqual({ status: 401, text: refusal });
  });

  test.each(["", "Bearer", "Basic c2FtOng=", 'Digest username="proxy"'])(
    "%j as Authorization does not affect a valid authToken",
    async (header) => {
      const body = { ...change, authToken: valid };
      expect((await updateScore(app, body, { authorization: header })).status).toBe(200);
    },
  );

  test.each([null, "", " ", "Bearer "])("%j as authToken does not affect a valid Authorization", async (authToken) => {
    const body = { ...change, authToken };
    expect((await updateScore(app, body, authorization(valid))).status).toBe(200);
    expect((await updateScore(app, body)).status).toBe(401);
  });

  test.each([undefined, null, {}, { authorization: "" }, { authorization: "Bearer " }, { authToken: null }])(
    "with %j as payload of connection_init a caller may read, but not write",
    async (payload) => {
      const socket = await SocketClient.open(app.wsUrl);
      socket.send({ type: "connection_init", payload });
      expect(await socket.next()).toMatchObject({ type: "connection_ack" });
      expect((await socket.request("{ topScores { rank } }")).errors).toBeUndefined();
      expect(codeOf(await socket.request(incrementMutation, change))).toBe("UNAUTHENTICATED");
      socket.close();
    },
  );
});

describe("a value of the wrong form", () => {
  test.each([5, true, {}, ["x"], "Basic c2FtOng=", "a b"])("%j as authToken is 401", async (authToken) => {
    const { status, text } = await updateScore(app, { userId: "sam", scoreIncrement: 1, authToken });
    expect(status).toBe(401);
    expect(text).toBe('{"success":false,"message":"Invalid authentication token."}');
  });

  test.each([valid, `Bearer ${valid} ${valid}`, `Bearer ${valid},${valid}`, "Bearer undefined"])(
    "%j as Authorization is refused, also to read",
    async (header) => {
      const headers = { authorization: header };
      expect((await updateScore(app, { userId: "sam", scoreIncrement: 1 }, headers)).status).toBe(401);
      expect(codeOf(await graphql(app, { query: "{ topScores { rank } }", headers }))).toBe("UNAUTHENTICATED");
    },
  );

  test("an authToken beside another Authorization is 401, whichever of them is valid", async () => {
    const other = app.token("other", "service");
    for (const [authToken, header] of [
      [valid, other],
      [valid, "garbage"],
      ["garbage", valid],
    ]) {
      const answer = await updateScore(app, { userId: "sam", scoreIncrement: 1, authToken }, authorization(header));
      expect(answer.status).toBe(401);
    }
    const twice = await updateScore(app, { userId: "sam", scoreIncrement: 1, authToken: valid }, authorization(valid));
    expect(twice.status).toBe(200);
  });
});

describe("a valid token", () => {
  test.each([
    ["with more claims than needed", signRaw({ ...claims, iat: now, name: "Sam", __proto__: { role: "admin" } })],
    [
      "from an issuer and for an audience that nobody asked for",
      signRaw({ ...claims, iss: "somebody", aud: ["a", "b"] }),
    ],
    ["without typ", signRaw(claims, { alg: "HS256" })],
    ["of an access token's type", signRaw(claims, { alg: "HS256", typ: "at+JWT" })],
  ])("%s is accepted", async (_name, token) => {
    expect(codeOf(await tryIncrement(app, token, { userId: "sam", scoreIncrement: 1 }))).toBeUndefined();
  });

  test("is accepted whatever the case of the scheme", async () => {
    const headers = { authorization: `bearer ${valid}` };
    expect((await updateScore(app, { userId: "sam", scoreIncrement: 1 }, headers)).status).toBe(200);
  });

  test.each(["iat", "nbf"])("is accepted when its %s is 4 s ahead of this machine's clock", async (claim) => {
    const token = signRaw({ ...claims, [claim]: Math.floor(Date.now() / 1000) + 4 });
    expect(codeOf(await tryIncrement(app, token, { userId: "sam", scoreIncrement: 1 }))).toBeUndefined();
  });

  test("is refused 5 s after it has expired, also when it was accepted before", async () => {
    const token = signToken({ secret: jwtSecret, subject: "sam", role: "player", expiresInSeconds: -3 });
    const change = { userId: "sam", scoreIncrement: 1 };
    expect(codeOf(await tryIncrement(app, token, change))).toBeUndefined();
    await waitFor(async () => codeOf(await tryIncrement(app, token, change)) === "UNAUTHENTICATED", 5_000);
    expect(Date.now()).toBeGreaterThanOrEqual((jwt.decode(token, { json: true })?.exp ?? Infinity) * 1000 + 5_000);
  });
});

describe("with JWT_ISSUER and JWT_AUDIENCE", () => {
  let strict: TestApp;
  beforeAll(async () => {
    strict = await startTestApp({
      stores: app.stores,
      role: "api",
      env: { JWT_ISSUER: "https://issuer", JWT_AUDIENCE: "standings" },
    });
  });
  afterAll(() => strict.stop());

  test.each([
    ["of both", { iss: "https://issuer", aud: "standings" }, undefined],
    ["of both, among other audiences", { iss: "https://issuer", aud: ["x", "standings"] }, undefined],
    ["of another issuer", { iss: "https://other", aud: "standings" }, "UNAUTHENTICATED"],
    ["of another audience", { iss: "https://issuer", aud: "other" }, "UNAUTHENTICATED"],
    ["of an issuer with a slash more", { iss: "https://issuer/", aud: "standings" }, "UNAUTHENTICATED"],
    ["without an issuer", { aud: "standings" }, "UNAUTHENTICATED"],
    ["without an audience", { iss: "https://issuer" }, "UNAUTHENTICATED"],
    ["of neither", {}, "UNAUTHENTICATED"],
  ])("a token %s", async (_name, extra, expected) => {
    const answer = await tryIncrement(strict, signRaw({ ...claims, ...extra }), { userId: "sam", scoreIncrement: 1 });
    expect(codeOf(answer)).toBe(expected);
  });
});
