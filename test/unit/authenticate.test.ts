import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { Authenticator } from "../../src/auth/authenticate.js";
import { SecretTokens } from "../../src/auth/secret-tokens.js";
import { StandingsError } from "../../src/domain/errors.js";
import { createLogger, type Logger } from "../../src/observability/logger.js";
import { expectTokenRefused, jwtSecret, signRaw } from "../helpers/tokens.js";

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
  const jwt = { secret: jwtSecret, issuer: undefined, audience: undefined };
  return new Authenticator([new SecretTokens(jwt, now)], logger);
}

const claims = { sub: "sam", role: "player", exp: seconds + 60 };
const tokenFor = (sub: string, lifetime = 60) => signRaw({ ...claims, sub, exp: seconds + lifetime });

test("a viewer without a token is anonymous", () => {
  expect(authenticatorAt(Date.now).authenticate(undefined)).toEqual({ role: "none" });
});

test.each(["player", "service", "admin"])("a %s's token tells its subject, its role and its expiry", (role) => {
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
    expectTokenRefused(() => authenticator.authenticate(token));
    expectTokenRefused(() => authenticator.authenticate(token));
    expectTokenRefused(() => authenticatorAt(clock.now).authenticate(token));
  });

  test("by the clock that was handed in, not the machine's", () => {
    const clock = createClock();
    clock.ms = epoch + 3_600_000;
    expectTokenRefused(() => authenticatorAt(clock.now).authenticate(tokenFor("sam")));
  });

  test.each([
    ["in ten years", tenYears, true],
    ["in a fraction of a second", seconds + 0.5, true],
    ["in ten years and two days", tenYears + 2 * 86_400, false],
    ["in milliseconds by mistake", epoch + 60_000, false],
    ["at the end of time", Number.MAX_VALUE, false],
    ["before all time", -Number.MAX_VALUE, false],
  ])("%s: %d is accepted: %s", (_name, exp, taken) => {
    const authenticate = () => authenticatorAt(() => epoch).authenticate(signRaw({ ...claims, exp }));
    if (taken) expect(authenticate()).toMatchObject({ subject: "sam" });
    else expectTokenRefused(authenticate);
  });
});

describe.each(["nbf", "iat"])("a token whose %s lies ahead", (claim) => {
  test("is refused until 5 s before that, also when it was refused before", () => {
    const clock = createClock();
    const authenticator = authenticatorAt(clock.now);
    const token = signRaw({ ...claims, [claim]: seconds + 10 });
    for (const at of [0, 10_000 - leewayMs - 1]) {
      clock.ms = epoch + at;
      expectTokenRefused(() => authenticator.authenticate(token));
    }
    clock.ms = epoch + 10_000 - leewayMs;
    expect(authenticator.authenticate(token)).toMatchObject({ subject: "sam" });
  });

  test("is refused when the clock was set back, although it was verified before", () => {
    const clock = createClock();
    const authenticator = authenticatorAt(clock.now);
    const token = signRaw({ ...claims, [claim]: seconds });
    void authenticator.authenticate(token);
    clock.ms = epoch - leewayMs - 1;
    expectTokenRefused(() => authenticator.authenticate(token));
  });

  test("is refused when it is in milliseconds by mistake", () => {
    expectTokenRefused(() => authenticatorAt(() => epoch).authenticate(signRaw({ ...claims, [claim]: epoch })));
  });
});

test("each of very many tokens stands for its own subject, again and again", () => {
  const authenticator = authenticatorAt(() => epoch);
  const tokens = Array.from({ length: 12_000 }, (_none, index) => [`u${index}`, tokenFor(`u${index}`)] as const);
  const asked = [...tokens, ...tokens.slice(0, 100), ...tokens.slice(-100)];
  const answered = asked.map(([, token]) => authenticator.authenticate(token));
  expect(answered.map((viewer) => "subject" in viewer && viewer.subject)).toEqual(asked.map(([subject]) => subject));
});

test("a refusal tells the log the reason without the token, and the caller only that it is refused", () => {
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
      return error instanceof StandingsError ? error.message : String(error);
    }
  });
  expect(messages).toEqual(refused.map(() => "Invalid authentication token."));
  const lines = log
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { level: number; reason: string });
  expect(lines.map(({ level }) => level)).toEqual(refused.map(() => 20));
  expect(new Set(lines.map(({ reason }) => reason)).size).toBeGreaterThan(5);
  for (const hidden of [mark, Buffer.from(mark).toString("base64url").slice(0, 8)]) expect(log).not.toContain(hidden);
});
