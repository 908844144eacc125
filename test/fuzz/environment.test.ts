import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError, parseConfig, variableNames } from "../../src/config/config.js";
import { anyText, damaged, forAll, repeatable } from "./helpers/cases.js";

const secret = "canary-canary-canary-canary-canary-canary";
const good: Record<string, string> = {
  REDIS_URL: `redis://:${secret}@127.0.0.1:6379/1`,
  DATABASE_URL: `postgresql://standings:${secret}@127.0.0.1:5432/standings`,
  JWT_SECRET: secret,
};

const likely = fc.constantFrom(
  ...["0", "1", "-1", "65536", "1e3", "0x10", "01", " 1", "1 ", "true", "on", "off", "NaN", "9007199254740993"],
  ...["redis://h", "rediss://h:1,rediss://h:2", "redis://h/99999999999", "http://h", "postgresql://", "amqp://h/%"],
  ...["https://*.example.com", "https://example.com/", "null", "10.0.0.0/33", "::/0", "a,b", ",,,", "main,main", ".."],
);
const values = fc.oneof(likely, anyText, damaged(fc.constantFrom(...Object.values(good)), anyText));

test(`20,000 environments are taken, or refused in sentences that name each variable and no secret ${repeatable}`, async () => {
  let refused = 0;
  await forAll(fc.dictionary(fc.constantFrom(...variableNames), values, { maxKeys: 6 }), 20_000, (given) => {
    const env = { ...good, ...given };
    try {
      parseConfig(env);
    } catch (error) {
      refused += 1;
      expect(error).toBeInstanceOf(ConfigError);
      const { problems, message } = error as ConfigError;
      for (const problem of problems) expect(problem).toMatch(/^[A-Z_]+: \S/);
      if (Object.values(given).every((value) => !value.includes("canary"))) expect(message).not.toContain("canary");
    }
  });
  expect(refused).toBeGreaterThan(1_000);
});
