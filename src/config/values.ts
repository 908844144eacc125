import { z } from "zod";
import { isBoardId } from "../domain/board.js";
import { normalOrigin } from "../transports/network/origins.js";
import { trustProxyProblem } from "../transports/network/trusted-proxies.js";

/** The kinds of values that variables have. Each says what is wrong with a value, and never repeats a secret. */

const redisProtocols = new Set(["redis:", "rediss:"]);

export const wholeNumber = (min: number, max: number, tooHigh = `must be at most ${max}`) =>
  z
    .string()
    .regex(/^-?\d{1,16}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, tooHigh));

const commaSeparated = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);

export const redisUrls = commaSeparated.pipe(
  z
    .array(
      z
        .string()
        .refine((url) => hasProtocol(url, redisProtocols), { error: "must be redis:// or rediss:// URLs", abort: true })
        .refine((url) => databaseOf(url) !== undefined, "must end with a database's number, as in redis://host:6379/1"),
    )
    .min(1, "must name at least one redis:// or rediss:// URL")
    .refine(
      (urls) => urls.length < 2 || urls.every((url) => !hasProtocol(url, redisProtocols) || databaseOf(url) === 0),
      "names a Redis Cluster, as it has commas, and a cluster has database 0 alone: leave the number away",
    ),
);

export const postgresUrl = z
  .string()
  .refine(
    (url) => hasProtocol(url, new Set(["postgres:", "postgresql:"])),
    "must be a postgres:// or postgresql:// URL",
  );

export const amqpUrl = z
  .string()
  .refine((url) => hasProtocol(url, new Set(["amqp:", "amqps:"])), "must be an amqp:// or amqps:// URL");

export const boardIds = commaSeparated.pipe(
  z
    .array(z.string().refine(isBoardId, "a board's id is 1 to 64 letters, digits, hyphens or underscores"))
    .min(1, "must name at least one board")
    .refine((boards) => new Set(boards).size === boards.length, "names a board twice"),
);

export const origins = commaSeparated.pipe(
  z.array(
    z
      .string()
      .refine((text) => !text.includes("*"), "must name each origin; a pattern such as https://*.example.com is none")
      .transform((text, context) => {
        const origin = normalOrigin(text);
        if (origin !== undefined) return origin;
        context.addIssue("must be origins such as https://example.com or capacitor://localhost, without a path");
        return z.NEVER;
      }),
  ),
);

/** Origins that go into a Content-Security-Policy, where some characters that a host may have mean something else. */
export const policySources = origins.pipe(
  z.array(z.string().regex(/^[a-z][a-z\d+.-]*:\/\/[\w.:[\]-]+$/, "must be origins of plain hosts")),
);

export const trustProxy = z.string().superRefine((text, context) => {
  const problem = trustProxyProblem(text);
  if (problem !== undefined) context.addIssue(problem);
});

export const jwtSecret = z
  .string()
  .refine(
    (secret) => Buffer.byteLength(secret) >= 32,
    "must be at least 32 bytes; `openssl rand -base64 48` makes one",
  );

export const jwksUrl = z
  .string()
  .refine((url) => hasProtocol(url, new Set(["https:", "http:"])), "must be an https:// or http:// URL");

export const flag = z
  .enum(["on", "off", "true", "false", "1", "0"], "must be on or off")
  .transform((value) => value === "on" || value === "true" || value === "1");

function hasProtocol(text: string, protocols: ReadonlySet<string>): boolean {
  return URL.canParse(text) && protocols.has(new URL(text).protocol);
}

/** The database number in a Redis URL, 0 when it has none; undefined when it is not a number. */
function databaseOf(url: string): number | undefined {
  const { pathname, searchParams } = new URL(url);
  const text = pathname.slice(1) || (searchParams.get("db") ?? "0");
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
