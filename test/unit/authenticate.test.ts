import { Writable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { Authenticator, bearerToken, fieldToken, onlyToken } from "../../src/auth/authenticate.js";
import { connectionToken } from "../../src/graphql/connection-token.js";
import { StandingsError } from "../../src/errors.js";
import { createLogger, type Logger } from "../../src/logger.js";
import { jwtSecret } from "../helpers/app.js";
import { signRaw } from "../helpers/raw-token.js";

const epoch = Date.UTC(2030, 0, 1);
const seconds = epoch / 1000;
const tenYears = Date.UTC(2040, 0, 1) / 1000;
const leewayMs = 5_000;

/** A clock that a test moves by hand. */
function createClock() {
  const clock = { ms: epoch, now: () => clock.ms };
  return clock;
}

function authenticatorAt(now: () => number, logger: Logger = createLogger("silent")): Authenticator {
  return new Authenticator({ jwt: { secret: jwtSecret, issuer: undefined, audience: undefined }, now, logger });
}

const claims = { sub: "sam", role: "player", exp: seconds + 60 };
const tokenFor = (sub: string, lifetime = 60) => signRaw({ ...claims, sub, exp: seconds + lifetime });

function expectRefused(attempt: () => unknown): void {
  const thrown = vi.fn();
  try {
    attempt();
  } catch (error) {
    thrown(error);
  }
  expect(thrown).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ kind: "unauthenticated", message: "Invalid authentication token." }),
  );
}

test("nobody without a token is anonymous", () => {
  expect(authenticatorAt(Date.now).authenticate(undefined)).toEqual({ role: "none" });
});

test.each(["player", "service", "admin"])("a %s's token says who it is and until when", (role) => {
  const token = signRaw({ ...claims, role });
  expect(authenticatorAt(() => epoch).authenticate(token)).toEqual({
    role,
    subject: "sam",
    expiresAt: epoch + 60_000 + leewayMs,
  });
});

describe("a token expires", () => {
  test("5 s after the second that it names, also when it was verified before", () => {
    const clock = createClock();
    const authenticator = authenticatorAt(clock.now);
    const token = tokenFor("sam");
    for (const at of [0, 60_000, 60_000 + leewayMs - 1]) {
      clock.ms = epoch + at;
      expect(authenticator.authenticate(token)).toMatchObject({ subject: "sam" });
      expect(authenticatorAt(clock.now).authenticate(token)).toMatchObject({ subject: "sam" });
    }
    clock.ms = epoch + 60_000 + leewayMs;
    expectRefused(() => authenticator.authenticate(token));
    expectRefused(() => authenticator.authenticate(token));
    expectRefused(() => authenticatorAt(clock.now).authenticate(token));
  });

  test("by the clock that was handed in, not the machine's", () => {
    const clock = createClock();
    clock.ms = epoch + 3_600_000;
    expectRefused(() => authenticatorAt(clock.now).authenticate(tokenFor("sam")));
  });

  test.each([
    ["in ten years", tenYears, true],
    ["in a fraction of a second", seconds + 0.5, true],
    ["in ten years and two days", tenYears + 2 * 86_400, false],
    ["in milliseconds by mistake", epoch + 60_000, false],
    ["at the end of time", Number.MAX_VALUE, false],
    ["before all time", -Number.MAX_VALUE, false],
  ])("%s: %d is taken: %s", (_name, exp, taken) => {
    const authenticate = () => authenticatorAt(() => epoch).authenticate(signRaw({ ...claims, exp }));
    if (taken) expect(authenticate()).toMatchObject({ subject: "sam" });
    else expectRefused(authenticate);
  });
});

describe.each(["nbf", "iat"])("a token whose %s lies ahead", (claim) => {
  test("is refused until 5 s before that, also when it was refused before", () => {
    const clock = createClock();
    const authenticator = authenticatorAt(clock.now);
    const token = signRaw({ ...claims, [claim]: seconds + 10 });
    for (const at of [0, 10_000 - leewayMs - 1]) {
      clock.ms = epoch + at;
      expectRefused(() => authenticator.authenticate(token));
    }
    clock.ms = epoch + 10_000 - leewayMs;
    expect(authenticator.authenticate(token)).toMatchObject({ subject: "sam" });
  });

  test("is refused when the clock was set back, although it was verified before", () => {
    const clock = createClock();
    const authenticator = authenticatorAt(clock.now);
    const token = signRaw({ ...claims, [claim]: seconds });
    authenticator.authenticate(token);
    clock.ms = epoch - leewayMs - 1;
    expectRefused(() => authenticator.authenticate(token));
  });

  test("is refused when it is in milliseconds by mistake", () => {
    expectRefused(() => authenticatorAt(() => epoch).authenticate(signRaw({ ...claims, [claim]: epoch })));
  });
});

const json = JSON.stringify(claims);
const headers: [name: string, header: unknown, taken: boolean][] = [
  ["typ JWT", { alg: "HS256", typ: "JWT" }, true],
  ["typ jwt", { alg: "HS256", typ: "jwt" }, true],
  ["typ application/JWT", { alg: "HS256", typ: "application/JWT" }, true],
  ["typ at+jwt", { alg: "HS256", typ: "at+jwt" }, true],
  ["typ application/at+jwt", { alg: "HS256", typ: "application/at+jwt" }, true],
  ["no typ", { alg: "HS256" }, true],
  ["a kid and a url of keys", { alg: "HS256", kid: "../../etc/passwd", jku: "https://evil.example/keys" }, true],
  ["white space", '{ "alg": "HS256",\r\n "typ": "JWT" }', true],
  ["typ of another kind of token", { alg: "HS256", typ: "secevent+jwt" }, false],
  ["typ that begins with JWT", { alg: "HS256", typ: "JWTX" }, false],
  ["typ empty", { alg: "HS256", typ: "" }, false],
  ["typ null", { alg: "HS256", typ: null }, false],
  ["typ as a list", { alg: "HS256", typ: ["JWT"] }, false],
  ["an extension that must be understood", { alg: "HS256", crit: ["exp"], exp: 1 }, false],
  ["an unknown extension that must be understood", { alg: "HS256", crit: ["http://x.example/y"] }, false],
  ["crit empty", { alg: "HS256", crit: [] }, false],
  ["crit null", { alg: "HS256", crit: null }, false],
  ["b64 false", { alg: "HS256", b64: false }, false],
  ["b64 false as crit has it", { alg: "HS256", b64: false, crit: ["b64"] }, false],
  ["zip", { alg: "HS256", zip: "DEF" }, false],
  ["enc", { alg: "HS256", enc: "A128GCM" }, false],
  ["alg in small letters", { alg: "hs256" }, false],
  ["alg as a list", { alg: ["HS256"] }, false],
  ["no alg", { typ: "JWT" }, false],
  ["alg in its prototype", '{"__proto__":{"alg":"HS256"}}', false],
  ["alg twice, the right one last", '{"alg":"none","alg":"HS256"}', false],
  ["alg twice, once written otherwise", '{"alg":"HS256","\\u0061lg":"HS256"}', false],
  ["a member twice further in", '{"alg":"HS256","jwk":{"k":1,"k":2}}', false],
  ["a list", ["HS256"], false],
  ["null", "null", false],
  ["a text", '"HS256"', false],
  ["no JSON", "alg=HS256", false],
  ["a byte order mark", '\ufeff{"alg":"HS256"}', false],
];

test.each(headers)("a token with a header of %s: %j is taken: %s", (_name, header, taken) => {
  const authenticator = authenticatorAt(() => epoch);
  const authenticate = () => authenticator.authenticate(signRaw(claims, header));
  // Asked twice, as what was refused must not be remembered as verified.
  for (let asked = 0; asked < 2; asked += 1) {
    if (taken) expect(authenticate()).toMatchObject({ subject: "sam" });
    else expectRefused(authenticate);
  }
});

const payloads: [name: string, payload: unknown, taken: boolean][] = [
  ["white space and escapes", `{ "\\u0073ub": "sam", "role": "player",\n"exp": ${claims.exp} }`, true],
  ["colons, quotes and backslashes in a claim", { ...claims, note: '":"\\":{"sub":' }, true],
  ["an audience and an issuer", { ...claims, aud: ["a", "b"], iss: "c" }, true],
  ["times with fractions", { ...claims, exp: claims.exp + 0.25, iat: seconds - 0.25, nbf: seconds - 0.5 }, true],
  ["sub twice", `{"sub":"admin",${json.slice(1)}`, false],
  ["role twice, once written otherwise", `{"r\\u006fle":"admin",${json.slice(1)}`, false],
  ["a claim twice further in", `{"x":[{"y":1,"y":2}],${json.slice(1)}`, false],
  ["sub null", { ...claims, sub: null }, false],
  ["iss as a number", { ...claims, iss: 5 }, false],
  ["iss null", { ...claims, iss: null }, false],
  ["aud as a number", { ...claims, aud: 5 }, false],
  ["aud as a list of numbers", { ...claims, aud: [5] }, false],
  ["aud as an object", { ...claims, aud: { 0: "a" } }, false],
  ["nbf as text", { ...claims, nbf: String(seconds) }, false],
  ["nbf null", { ...claims, nbf: null }, false],
  ["iat as text", { ...claims, iat: String(seconds) }, false],
  ["iat as a list", { ...claims, iat: [seconds] }, false],
  ["exp beyond all numbers", `{"sub":"sam","role":"player","exp":1e400}`, false],
  ["claims in its prototype", `{"__proto__":${json}}`, false],
  ["lists within lists, very deep", `${json.slice(0, -1)},"x":${"[".repeat(2_500)}${"]".repeat(2_500)}}`, true],
  ["a byte order mark", `\ufeff${json}`, false],
  ["no JSON", "sub=sam", false],
  ["nothing", " ", false],
];

test.each(payloads)("a token with %s in its payload: %j is taken: %s", (_name, payload, taken) => {
  for (const header of [{ alg: "HS256", typ: "JWT" }, { alg: "HS256" }]) {
    const authenticate = () => authenticatorAt(() => epoch).authenticate(signRaw(payload, header));
    if (taken) expect(authenticate()).toMatchObject({ subject: "sam" });
    else expectRefused(authenticate);
  }
});

test("a token that is not UTF-8 is refused, as its subject would be read as another's", () => {
  const latin1 = Buffer.from(JSON.stringify({ ...claims, sub: "Jörg" }), "latin1");
  expectRefused(() => authenticatorAt(() => epoch).authenticate(signRaw(latin1)));
});

describe("one signature has one text", () => {
  const token = tokenFor("sam");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // The last of 43 characters holds 4 bits of the signature, and 2 that stand for nothing.
  const sameBytes = [...alphabet].map((character) => token.slice(0, -1) + character).filter((other) => other !== token);

  test.each([
    ["one character more", [`${token}A`]],
    ["one character less", [token.slice(0, -1)]],
    ["other capitals", [token.toUpperCase()]],
    ["padding", [`${token}=`, `${token}==`]],
    ["white space", [` ${token}`, `${token} `, `${token}\n`, token.replace(".", ". ")]],
    ["another last character, also with the same bytes", sameBytes],
    ["base64's other letters", [`${token.slice(0, -1)}+`, `${token.slice(0, -1)}/`]],
  ])("%s makes it another token", (_name, others) => {
    const authenticator = authenticatorAt(() => epoch);
    authenticator.authenticate(token);
    for (const other of others) expectRefused(() => authenticator.authenticate(other));
  });
});

test("each of very many tokens stands for its own subject, again and again", () => {
  const authenticator = authenticatorAt(() => epoch);
  const tokens = Array.from({ length: 12_000 }, (_none, index) => [`u${index}`, tokenFor(`u${index}`)] as const);
  const asked = [...tokens, ...tokens.slice(0, 100), ...tokens.slice(-100)];
  const answered = asked.map(([, token]) => authenticator.authenticate(token));
  expect(answered.map((viewer) => "subject" in viewer && viewer.subject)).toEqual(asked.map(([subject]) => subject));
});

test("a refusal tells the log why, without the token, and the caller no more than that", () => {
  let log = "";
  const destination = new Writable({
    write: (line: Buffer, _encoding, written) => {
      log += line.toString();
      written();
    },
  });
  const authenticator = authenticatorAt(() => epoch, createLogger("debug", destination));
  const mark = "mark4711";
  const refused = [
    mark,
    signRaw(`${mark} is no JSON`),
    signRaw({ ...claims, role: mark }),
    signRaw(claims, { alg: "HS256", typ: mark }),
    tokenFor(mark, -6),
    signRaw({ ...claims, sub: mark, nbf: seconds + 60 }),
    signRaw({ ...claims, sub: mark, exp: epoch }),
    mark.repeat(2_000),
  ];
  const messages = refused.map((token) => {
    try {
      return authenticator.authenticate(token);
    } catch (error) {
      return error instanceof StandingsError ? error.message : error;
    }
  });
  expect(messages).toEqual(refused.map(() => "Invalid authentication token."));
  const lines = log
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { level: number; reason: string });
  expect(lines).toEqual(
    refused.map(() => expect.objectContaining({ level: 20, reason: expect.any(String) as string })),
  );
  expect(new Set(lines.map(({ reason }) => reason)).size).toBeGreaterThan(5);
  for (const hidden of [mark, Buffer.from(mark).toString("base64url").slice(0, 8)]) expect(log).not.toContain(hidden);
});

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
    expectRefused(() => bearerToken(header));
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
      expectRefused(() => fieldToken(value));
    },
  );
});

test("of several tokens one counts when they are the same, and none when two differ", () => {
  expect(onlyToken()).toBeUndefined();
  expect(onlyToken(undefined, undefined)).toBeUndefined();
  expect(onlyToken(undefined, "a", "a")).toBe("a");
  expectRefused(() => onlyToken("a", undefined, "b"));
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
    expectRefused(() => connectionToken(payload));
  });
});
