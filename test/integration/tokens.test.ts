import { createHmac, generateKeyPairSync } from "node:crypto";
import jwt from "jsonwebtoken";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signToken } from "../../scripts/sign-token.js";
import { jwtSecret, startTestApp, type TestApp } from "../helpers/app.js";
import { authorization, codeOf, tryIncrement, updateScore } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

let stores: Stores;
let app: TestApp;

beforeAll(async () => {
  stores = await startStores();
  app = await startTestApp({ stores });
});
afterAll(async () => {
  await app.stop();
  await stores.stop();
});

const now = Math.floor(Date.now() / 1000);
const claims = { sub: "sam", role: "player", exp: now + 3_600 };
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signed correctly, whatever it says: jsonwebtoken refuses to sign most of these. */
function sign(payload: unknown, header: object = { alg: "HS256", typ: "JWT" }, secret = jwtSecret): string {
  const text = `${base64(header)}.${base64(payload)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

const without = (name: keyof typeof claims) =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
const valid = sign(claims);
const [head = "", , signature = ""] = valid.split(".");

const badTokens: Record<string, string> = {
  garbage: "garbage",
  "two parts": "a.b",
  "four parts": `${valid}.x`,
  "without a signature": `${head}.${base64(claims)}.`,
  "with another's payload": `${head}.${base64({ ...claims, role: "admin" })}.${signature}`,
  "with a longer signature": `${valid}AA`,
  "of another secret": sign(claims, undefined, "another secret for tests, of at least 32 bytes"),
  "of alg none": `${base64({ alg: "none", typ: "JWT" })}.${base64(claims)}.`,
  "of alg none with a signature": sign(claims, { alg: "none", typ: "JWT" }),
  "of RS256, signed by a key of its own": jwt.sign(claims, privateKey, { algorithm: "RS256" }),
  "that calls itself RS256 and is signed with a public key as secret": sign(
    claims,
    { alg: "RS256", typ: "JWT" },
    publicPem,
  ),
  "that calls itself RS256 and is signed with the secret": sign(claims, { alg: "RS256", typ: "JWT" }),
  "of HS512": jwt.sign(claims, jwtSecret, { algorithm: "HS512" }),
  "that brings its own key": sign(claims, { alg: "HS256", jwk: { kty: "oct", k: "eA" } }, "x"),
  expired: sign({ ...claims, exp: now - 1 }),
  "that expires now": sign({ ...claims, exp: now }),
  "without exp": sign(without("exp")),
  "with exp as a string": sign({ ...claims, exp: String(claims.exp) }),
  "with exp null": sign({ ...claims, exp: null }),
  "without sub": sign(without("sub")),
  "with sub empty": sign({ ...claims, sub: "" }),
  "with sub as a number": sign({ ...claims, sub: 5 }),
  "with sub of 256 characters": sign({ ...claims, sub: "s".repeat(256) }),
  "with sub that holds a control character": sign({ ...claims, sub: "s\n" }),
  "without role": sign(without("role")),
  "with an unknown role": sign({ ...claims, role: "root" }),
  "with role none": sign({ ...claims, role: "none" }),
  "with role __proto__": sign({ ...claims, role: "__proto__" }),
  "with role in capitals": sign({ ...claims, role: "PLAYER" }),
  "with a list of roles": sign({ ...claims, role: ["admin"] }),
  "that is not valid yet": sign({ ...claims, nbf: now + 600 }),
  "whose payload is a list": sign([claims]),
  "whose payload is text": sign("admin"),
  "that is huge": sign({ ...claims, padding: "x".repeat(9_000) }),
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

describe("something else than a token", () => {
  test.each([undefined, null, "", 5, true, {}, ["x"]])("%j as authToken is 401", async (authToken) => {
    const { status, text } = await updateScore(app, { userId: "sam", scoreIncrement: 1, authToken });
    expect(status).toBe(401);
    expect(text).toBe('{"success":false,"message":"Invalid authentication token."}');
  });

  test.each(["", "Bearer", "Bearer ", "Basic c2FtOng=", valid, `Bearer ${valid} ${valid}`, `Bearer ${valid},${valid}`])(
    "%j as Authorization is refused",
    async (header) => {
      const headers = { authorization: header };
      expect((await updateScore(app, { userId: "sam", scoreIncrement: 1 }, headers)).status).toBe(401);
    },
  );

  test.each([5, {}, [], true, "Basic c2FtOng="])(
    "%j as authorization of connection_init closes with 4403",
    async (value) => {
      const socket = await SocketClient.open(app.wsUrl);
      socket.send({ type: "connection_init", payload: { authorization: value } });
      expect(await socket.closed).toMatchObject({ code: 4403 });
    },
  );
});

describe("a valid token", () => {
  test.each([
    ["with more claims than needed", sign({ ...claims, iat: now, name: "Sam", __proto__: { role: "admin" } })],
    ["from an issuer and for an audience that nobody asked for", sign({ ...claims, iss: "somebody", aud: ["a", "b"] })],
    ["without typ", sign(claims, { alg: "HS256" })],
  ])("%s is accepted", async (_name, token) => {
    expect(codeOf(await tryIncrement(app, token, { userId: "sam", scoreIncrement: 1 }))).toBeUndefined();
  });

  test("is accepted whatever the case of the scheme", async () => {
    const headers = { authorization: `bearer ${valid}` };
    expect((await updateScore(app, { userId: "sam", scoreIncrement: 1 }, headers)).status).toBe(200);
  });

  test("is refused as soon as it has expired, also when it was accepted before", async () => {
    const token = signToken({ secret: jwtSecret, subject: "sam", role: "player", expiresInSeconds: 2 });
    const change = { userId: "sam", scoreIncrement: 1 };
    expect(codeOf(await tryIncrement(app, token, change))).toBeUndefined();
    await waitFor(async () => codeOf(await tryIncrement(app, token, change)) === "UNAUTHENTICATED", 5_000);
    expect(Date.now()).toBeGreaterThanOrEqual((jwt.decode(token, { json: true })?.exp ?? Infinity) * 1000);
  });
});

describe("with JWT_ISSUER and JWT_AUDIENCE", () => {
  let strict: TestApp;
  beforeAll(async () => {
    strict = await startTestApp({
      stores,
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
    const answer = await tryIncrement(strict, sign({ ...claims, ...extra }), { userId: "sam", scoreIncrement: 1 });
    expect(codeOf(answer)).toBe(expected);
  });
});
