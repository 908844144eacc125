import { describe, expect, test } from "vitest";
import { bearerToken, fieldToken, onlyToken } from "../../src/auth/authenticate.js";
import { connectionToken } from "../../src/transports/graphql/connection-token.js";
import { expectTokenRefused } from "../helpers/tokens.js";

describe("the Authorization header", () => {
  test.each([
    [undefined, undefined],
    ["Bearer abc", "abc"],
    ["bearer abc", "abc"],
    ["BEARER  abc ", "abc"],
    ["Bearer a.b-c_d~e+f/g=", "a.b-c_d~e+f/g="],
  ])("%j holds the token %j", (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  test.each([
    "",
    " ",
    "Bearer",
    "Bearer ",
    "bearer  ",
    "Basic c2FtOng=",
    "basic abc",
    'Digest username="x", realm="y"',
  ])("%j is no token", (header) => {
    expect(bearerToken(header)).toBeUndefined();
  });

  test.each([
    "abc",
    "Bearerabc",
    "Bearer a b",
    "Bearer a, Bearer b",
    "Bearer a\nb",
    "Bearer\tabc",
    "a.b.c",
    "Bas:ic x",
  ])("%j is refused", (header) => {
    expectTokenRefused(() => bearerToken(header));
  });
});

describe("a field for a token", () => {
  test.each([
    [undefined, undefined],
    [null, undefined],
    ["", undefined],
    ["  ", undefined],
    ["Bearer", undefined],
    ["Bearer ", undefined],
    ["abc", "abc"],
    ["Bearer abc", "abc"],
    ["bearer  abc", "abc"],
  ])("%j holds the token %j", (value, token) => {
    expect(fieldToken(value)).toBe(token);
  });

  test.each([5, 0, true, false, {}, [], ["abc"], "Basic abc", "a b", " abc", "abc\n", "Bearer a b"])(
    "%j is refused",
    (value) => {
      expectTokenRefused(() => fieldToken(value));
    },
  );
});

test("several equal tokens count as one, and different tokens count as none", () => {
  expect(onlyToken()).toBeUndefined();
  expect(onlyToken(undefined, undefined)).toBeUndefined();
  expect(onlyToken(undefined, "a", "a")).toBe("a");
  expectTokenRefused(() => onlyToken("a", undefined, "b"));
});

describe("connection_init's payload", () => {
  test.each([
    [undefined, undefined],
    [{}, undefined],
    [{ headers: null }, undefined],
    [{ headers: {} }, undefined],
    [{ authorization: null, authToken: "", headers: { authorization: "Bearer " } }, undefined],
    [{ token: "abc", sub: "sam" }, undefined],
    [{ authorization: "Bearer abc" }, "abc"],
    [{ authorization: "abc" }, "abc"],
    [{ Authorization: "Bearer abc" }, "abc"],
    [{ AUTHORIZATION: "abc" }, "abc"],
    [{ authToken: "abc" }, "abc"],
    [{ authToken: "Bearer abc" }, "abc"],
    [{ headers: { Authorization: "Bearer abc" } }, "abc"],
    [{ headers: { authorization: "abc" } }, "abc"],
    [{ Authorization: "Bearer abc", authToken: "abc", headers: { authorization: "bearer abc" } }, "abc"],
  ])("%j holds the token %j", (payload, token) => {
    expect(connectionToken(payload)).toBe(token);
  });

  test.each([
    { authorization: 5 },
    { Authorization: {} },
    { authToken: ["abc"] },
    { authorization: "Bearer abc", authToken: false },
    { headers: 5 },
    { headers: "authorization: abc" },
    { headers: [["authorization", "abc"]] },
    { headers: { Authorization: ["abc"] } },
    { authorization: "Basic abc" },
    { headers: { authorization: "Bearer a b" } },
    { authorization: "abc", Authorization: "abd" },
    { authToken: "abc", headers: { Authorization: "Bearer abd" } },
  ])("%j is refused", (payload) => {
    expectTokenRefused(() => connectionToken(payload));
  });
});
