import { generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isUserId } from "../../src/domain/player.js";
import { roles } from "../../src/domain/role.js";
import { codeOf, graphql } from "../helpers/requests.js";
import { jwtSecret, signRaw, tokenPart } from "../helpers/tokens.js";
import { anyJson, anyText, damaged, forAll, repeatable } from "./helpers/cases.js";
import { expectNoFailure, useFuzzedApp } from "./helpers/target.js";

const app = useFuzzedApp({ keepsScores: true });

const inAnHour = Math.floor(Date.now() / 1000) + 3_600;
const valid = { sub: "ann", role: "service", exp: inAnHour };
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const headers = fc.oneof(
  fc.record({
    alg: fc.oneof(anyJson, fc.constantFrom("none", "None", "HS384", "HS512", "RS256", "ES256", "hs256", "")),
    typ: fc.oneof(anyJson, fc.constant("JWT")),
  }),
  fc.record({ alg: fc.constant("HS256"), crit: anyJson, kid: anyJson, jku: fc.webUrl(), jwk: anyJson }),
  anyJson,
);

/** Signed with the right secret, but with something that makes the token invalid; or not signed with it at all. */
const invalid = fc.oneof(
  anyText,
  fc.tuple(headers, anyJson).map(([header, payload]) => `${tokenPart(header)}.${tokenPart(payload)}.`),
  fc
    .tuple(headers, fc.string({ minLength: 1 }))
    .map(([header, secret]) => signRaw(valid, header, `${jwtSecret}${secret}`)),
  headers.map((header) => {
    const text = `${tokenPart(header)}.${tokenPart(valid)}`;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  }),
  fc
    .record({
      sub: fc.oneof(fc.constant(valid.sub), anyJson, anyText),
      role: fc.oneof(fc.constant<unknown>(valid.role), anyJson),
      exp: fc.oneof(fc.constant<unknown>(valid.exp), anyJson),
    })
    .filter(({ sub, role, exp }) => !isValid(sub, role, exp))
    .map((claims) => signRaw(claims)),
  damaged(fc.constant(signRaw(valid)), fc.constantFrom("A", "-", "=", ".", "é")).filter(
    (token) => token !== signRaw(valid),
  ),
);

function isValid(sub: unknown, role: unknown, exp: unknown): boolean {
  return (
    typeof sub === "string" && isUserId(sub) && roles.some((each) => each === role) && Number(exp) * 1000 > Date.now()
  );
}

/** Characters that Node's client sends in a header. */
const sendable = (token: string) => token.replace(/[^!-~]/g, "_").slice(0, 10_000);

test(`8,000 tokens that are not valid change no score, by header ${repeatable}`, () =>
  forAll(
    invalid,
    8_000,
    async (token) => {
      const answer = await app.send({
        path: "/api/v1/scores/update",
        headers: { "content-type": "application/json", authorization: `Bearer ${sendable(token)}` },
        body: '{"userId":"ann","scoreIncrement":5}',
      });
      expectNoFailure(answer);
      expect(answer).toMatchObject({
        status: 401,
        body: '{"success":false,"message":"Invalid authentication token."}',
      });
    },
    20,
  ));

test(`8,000 tokens that are not valid change no score, in the body ${repeatable}`, () =>
  forAll(
    invalid,
    8_000,
    async (authToken) => {
      const answer = await app.send({
        path: "/api/v1/scores/update",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ userId: "ann", scoreIncrement: 5, authToken: authToken.slice(0, 10_000) }),
      });
      expectNoFailure(answer);
      expect(answer.status).toBe(401);
    },
    20,
  ));

test("the token that they were made from is valid", async () => {
  const answer = await graphql(app, { query: '{ playerScore(userId: "ann") { score } }', token: signRaw(valid) });
  expect(codeOf(answer)).toBeUndefined();
});
