import { createSecretKey } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import jwt from "jsonwebtoken";
import { Authenticator, bearerToken } from "../../src/auth/authenticate.js";
import { StandingsError } from "../../src/errors.js";

const secret = "a secret for tests only, of at least 32 bytes";
const epoch = Date.UTC(2030, 0, 1);

/** A clock that a test moves by hand. */
function createClock() {
  const clock = { ms: epoch, now: () => clock.ms };
  return clock;
}

function authenticatorAt(now: () => number): Authenticator {
  return new Authenticator({ jwt: { secret, issuer: undefined, audience: undefined }, now });
}

// As a KeyObject: jsonwebtoken tries to read a string as a private key first, which takes long.
const key = createSecretKey(Buffer.from(secret));
const sign = (claims: object) => jwt.sign(claims, key, { noTimestamp: true });
const seconds = epoch / 1000;
const tokenFor = (sub: string, lifetime = 60) => sign({ sub, role: "player", exp: seconds + lifetime });

function expectRefused(attempt: () => unknown): void {
  const thrown = vi.fn();
  try {
    attempt();
  } catch (error) {
    thrown(error);
  }
  expect(thrown).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: "unauthenticated" }));
}

test("nobody without a token is anonymous", () => {
  expect(authenticatorAt(Date.now).authenticate(undefined)).toEqual({ role: "none" });
});

test.each(["player", "service", "admin"])("a %s's token says who it is and until when", (role) => {
  const token = sign({ sub: "sam", role, exp: seconds + 60 });
  expect(authenticatorAt(() => epoch).authenticate(token)).toEqual({ role, subject: "sam", expiresAt: epoch + 60_000 });
});

describe("a token expires", () => {
  test("on the second that it names, also when it was verified before", () => {
    const clock = createClock();
    const authenticator = authenticatorAt(clock.now);
    const token = tokenFor("sam");
    clock.ms = epoch + 59_999;
    expect(authenticator.authenticate(token)).toMatchObject({ subject: "sam" });
    clock.ms = epoch + 60_000;
    expectRefused(() => authenticator.authenticate(token));
    expectRefused(() => authenticator.authenticate(token));
  });

  test("by the clock that was handed in, not the machine's", () => {
    const clock = createClock();
    clock.ms = epoch + 3_600_000;
    expectRefused(() => authenticatorAt(clock.now).authenticate(tokenFor("sam")));
  });
});

test("a token that differs in one character is another token", () => {
  const authenticator = authenticatorAt(() => epoch);
  const token = tokenFor("sam");
  authenticator.authenticate(token);
  for (const other of [`${token}A`, token.slice(0, -1), token.toUpperCase(), ` ${token}`])
    expectRefused(() => authenticator.authenticate(other));
});

test("each of very many tokens stands for its own subject, again and again", () => {
  const authenticator = authenticatorAt(() => epoch);
  const tokens = Array.from({ length: 12_000 }, (_none, index) => [`u${index}`, tokenFor(`u${index}`)] as const);
  const asked = [...tokens, ...tokens.slice(0, 100), ...tokens.slice(-100)];
  const answered = asked.map(([, token]) => authenticator.authenticate(token));
  expect(answered.map((viewer) => "subject" in viewer && viewer.subject)).toEqual(asked.map(([subject]) => subject));
});

test("a refusal holds the cause for the log, and says no more than that to the caller", () => {
  const authenticator = authenticatorAt(() => epoch);
  const messages = ["garbage", sign({ sub: "s", role: "root", exp: seconds + 9 }), tokenFor("s", -1)].map((token) => {
    try {
      return authenticator.authenticate(token);
    } catch (error) {
      return error instanceof StandingsError ? [error.message, error.cause !== undefined] : error;
    }
  });
  expect(messages).toEqual(messages.map(() => ["Invalid authentication token.", true]));
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

  test.each(["", "Bearer", "Bearer ", "abc", "Basic abc", "Bearerabc", "Bearer a b", "Bearer a\nb", "xBearer abc"])(
    "%j is refused",
    (header) => {
      expectRefused(() => bearerToken(header));
    },
  );
});
