import { z } from "zod";
import { isBoardId } from "./domain/board.js";
import { logLevels } from "./observability/logger.js";
import { toTracesConfig, tracesVariables } from "./observability/traces-config.js";
import { normalOrigin } from "./transports/network/origins.js";
import { trustProxyProblem } from "./transports/network/trusted-proxies.js";

/**
 * The only reader of the environment. Every variable is parsed once, at start; all mistakes are reported together. An
 * empty variable counts as unset, because Docker Compose passes an empty `${NAME:-}` for a variable that is not set.
 */

const redisProtocols = new Set(["redis:", "rediss:"]);

const wholeNumber = (min: number, max: number, tooHigh = `must be at most ${max}`) =>
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

const redisUrls = commaSeparated.pipe(
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

const postgresUrl = z
  .string()
  .refine(
    (url) => hasProtocol(url, new Set(["postgres:", "postgresql:"])),
    "must be a postgres:// or postgresql:// URL",
  );

const amqpUrl = z
  .string()
  .refine((url) => hasProtocol(url, new Set(["amqp:", "amqps:"])), "must be an amqp:// or amqps:// URL");

const boardIds = commaSeparated.pipe(
  z
    .array(z.string().refine(isBoardId, "a board's id is 1 to 64 letters, digits, hyphens or underscores"))
    .min(1, "must name at least one board")
    .refine((boards) => new Set(boards).size === boards.length, "names a board twice"),
);

const origins = commaSeparated.pipe(
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

const trustProxy = z.string().superRefine((text, context) => {
  const problem = trustProxyProblem(text);
  if (problem !== undefined) context.addIssue(problem);
});

const jwtSecret = z
  .string()
  .refine(
    (secret) => Buffer.byteLength(secret) >= 32,
    "must be at least 32 bytes; `openssl rand -base64 48` makes one",
  );

const jwksUrl = z
  .string()
  .refine((url) => hasProtocol(url, new Set(["https:", "http:"])), "must be an https:// or http:// URL");

const flag = z
  .enum(["on", "off", "true", "false", "1", "0"], "must be on or off")
  .transform((value) => value === "on" || value === "true" || value === "1");

const hour = 3_600_000;

const environment = z.object({
  NODE_ENV: z.enum(["production", "development", "test"], "must be production, development or test").optional(),
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: z.string().default("0.0.0.0"),
  OPS_PORT: wholeNumber(0, 65_535).default(4001),
  OPS_HOST: z.string().default("127.0.0.1"),
  REDIS_URL: redisUrls,
  DATABASE_URL: postgresUrl,
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  AMQP_URL: amqpUrl.optional(),
  JWT_SECRET: jwtSecret.optional(),
  JWT_JWKS_URL: jwksUrl.optional(),
  JWT_ROLE_CLAIM: z.string().default("role"),
  JWT_DEFAULT_ROLE: z.literal("player", "must be player: other roles have to be in the token").optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  BOARDS: boardIds.default(["main"]),
  SYNC_INTERVAL_MS: wholeNumber(10, hour).default(1000),
  PUSH_INTERVAL_MS: wholeNumber(0, hour).default(50),
  DURABILITY: z.enum(["redis", "postgres", "memory"], "must be redis, postgres or memory").default("redis"),
  MAX_INCREMENT: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(1_000_000),
  RATE_LIMIT_PER_SECOND: wholeNumber(1, 1_000_000).default(20),
  RATE_LIMIT_BURST: wholeNumber(1, 1_000_000).default(40),
  SERVICE_RATE_LIMIT_PER_SECOND: wholeNumber(1, 10_000_000).optional(),
  READ_RATE_LIMIT_PER_SECOND: wholeNumber(1, 1_000_000).default(100),
  READ_RATE_LIMIT_BURST: wholeNumber(1, 1_000_000).default(400),
  CORS_ORIGINS: origins.default([]),
  TRUST_PROXY: trustProxy.optional(),
  COMPARE_INTERVAL_MS: wholeNumber(0, 24 * hour).default(hour),
  HISTORY_RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  MAX_CONNECTIONS: wholeNumber(1, 10_000_000).default(50_000),
  MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 10_000_000).default(10_000),
  INTROSPECTION: flag.optional(),
  TRUSTED_DOCUMENTS: z.enum(["off", "only"], "must be off or only").default("off"),
  TRUSTED_DOCUMENTS_FILE: z.string().optional(),
  PREPARED_OPERATIONS: flag.default(true),
  LOAD_SHEDDING: flag.default(true),
  REDIS_CONFIG_CHECK: flag.default(true),
  DRAIN_SECONDS: wholeNumber(0, 6, "must be at most 6, because a stop must be over within 10 s").default(5),
  WEB_CONCURRENCY: wholeNumber(1, 256).default(1),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
  ...tracesVariables,
});

const wholeEnvironment = environment
  .refine((env) => env.JWT_SECRET !== undefined || env.JWT_JWKS_URL !== undefined, {
    path: ["JWT_SECRET"],
    message: "is required, unless JWT_JWKS_URL is set",
    // Also told beside mistakes in other variables.
    when: () => true,
  })
  .superRefine((env, context) => {
    if (env.PORT === 0 || env.PORT !== env.OPS_PORT || !overlap(env.HOST, env.OPS_HOST)) return;
    const message = `is ${env.OPS_PORT}, as PORT is: the operators' listener must have a port of its own`;
    context.addIssue({ code: "custom", path: ["OPS_PORT"], message });
  });

type Environment = z.output<typeof environment>;
/** Every variable that the service knows. */
export const variableNames: readonly string[] = Object.keys(environment.shape);
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;
export type Config = ReturnType<typeof toConfig>;

/** Lists all mistakes in the environment in one message. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "ConfigError";
  }
}

/** @throws ConfigError naming every variable that is missing or wrong, never a secret's value */
export function parseConfig(env: EnvironmentVariables): Config {
  return toConfig(parse(wholeEnvironment, env));
}

/** The secrets in the environment, so that nothing that is printed shows one. Knows also a configuration with mistakes. */
export function secretsOf(env: EnvironmentVariables): string[] {
  const urls = [env.DATABASE_URL, env.DATABASE_DIRECT_URL, env.AMQP_URL, ...(env.REDIS_URL ?? "").split(",")];
  const headers = (env.OTEL_EXPORTER_OTLP_HEADERS ?? "").split(",").map((pair) => pair.slice(pair.indexOf("=") + 1));
  return [env.JWT_SECRET ?? "", ...urls.flatMap((url) => passwordsIn(url?.trim() ?? "")), ...headers].filter(
    (text) => text !== "",
  );
}

/** A URL's password, as it is written there and as it is used. */
function passwordsIn(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { password } = new URL(url);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/**
 * The part of the environment that a command or script needs, by the same rules as the server's.
 *
 * @throws ConfigError
 */
export function parseVariables<Name extends keyof Environment>(
  env: EnvironmentVariables,
  names: readonly Name[],
): Pick<Environment, Name> {
  const mask = Object.fromEntries(names.map((name) => [name, true]));
  // Zod's mask type can't be computed from a list of names; the result is checked by the schema itself.
  return parse(environment.pick(mask as Record<keyof Environment, true>), env);
}

function parse<T>(schema: z.ZodType<T>, env: EnvironmentVariables): T {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return name in given || issue.code === "custom" ? `${name}: ${issue.message}` : `${name}: is required`;
    }),
  );
}

function toConfig(env: Environment) {
  return {
    port: env.PORT,
    host: env.HOST,
    opsPort: env.OPS_PORT,
    opsHost: env.OPS_HOST,
    redisUrls: env.REDIS_URL,
    databaseUrl: env.DATABASE_URL,
    /** Undefined: the same as `databaseUrl`. If set, `databaseUrl` leads to a pooler in transaction mode. */
    databaseDirectUrl: env.DATABASE_DIRECT_URL,
    amqpUrl: env.AMQP_URL,
    jwt: {
      /** Undefined only if there is a `keyService`. */
      secret: env.JWT_SECRET,
      keyService:
        env.JWT_JWKS_URL === undefined
          ? undefined
          : { url: env.JWT_JWKS_URL, role: { claim: env.JWT_ROLE_CLAIM, defaultRole: env.JWT_DEFAULT_ROLE } },
      issuer: env.JWT_ISSUER,
      audience: env.JWT_AUDIENCE,
    },
    boards: env.BOARDS,
    syncIntervalMs: env.SYNC_INTERVAL_MS,
    pushIntervalMs: env.PUSH_INTERVAL_MS,
    durability: env.DURABILITY,
    maxIncrement: env.MAX_INCREMENT,
    rateLimits: {
      player: { perSecond: env.RATE_LIMIT_PER_SECOND, burst: env.RATE_LIMIT_BURST },
      service: env.SERVICE_RATE_LIMIT_PER_SECOND
        ? { perSecond: env.SERVICE_RATE_LIMIT_PER_SECOND, burst: 2 * env.SERVICE_RATE_LIMIT_PER_SECOND }
        : undefined,
    },
    readLimit: { perSecond: env.READ_RATE_LIMIT_PER_SECOND, burst: env.READ_RATE_LIMIT_BURST },
    /** 0: never. */
    compareIntervalMs: env.COMPARE_INTERVAL_MS,
    historyRetentionDays: env.HISTORY_RETENTION_DAYS,
    connectionLimits: {
      maxConnections: env.MAX_CONNECTIONS,
      maxConnectionsPerAddress: env.MAX_CONNECTIONS_PER_ADDRESS,
    },
    corsOrigins: env.CORS_ORIGINS,
    /** Undefined: no proxy is trusted. */
    trustProxy: env.TRUST_PROXY,
    /** Undefined: every valid document is answered. */
    trustedDocuments: env.TRUSTED_DOCUMENTS === "only" ? { file: env.TRUSTED_DOCUMENTS_FILE } : undefined,
    preparedOperations: env.PREPARED_OPERATIONS,
    loadShedding: env.LOAD_SHEDDING,
    redisConfigCheck: env.REDIS_CONFIG_CHECK,
    drainMs: 1000 * env.DRAIN_SECONDS,
    introspection: env.INTROSPECTION ?? env.NODE_ENV !== "production",
    webConcurrency: env.WEB_CONCURRENCY,
    logLevel: env.LOG_LEVEL,
    /** Undefined: there are no traces. */
    traces: toTracesConfig(env),
  };
}

/** Whether two hosts share an address, so that they can't listen on the same port. */
function overlap(host: string, other: string): boolean {
  const everywhere = new Set(["0.0.0.0", "::", "*"]);
  return host === other || everywhere.has(host) || everywhere.has(other);
}

function hasProtocol(text: string, protocols: ReadonlySet<string>): boolean {
  return URL.canParse(text) && protocols.has(new URL(text).protocol);
}

/** The database number in a Redis URL, 0 when it has none; undefined when it is not a number. */
function databaseOf(url: string): number | undefined {
  const { pathname, searchParams } = new URL(url);
  const text = pathname.slice(1) || (searchParams.get("db") ?? "0");
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
