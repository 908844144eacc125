import type { z } from "zod";
import { toTracesConfig } from "../observability/traces-config.js";
import { environment, wholeEnvironment, type Environment, type EnvironmentVariables } from "./environment.js";

/**
 * The only reader of the environment. Every variable is parsed once, at start; all mistakes are reported together. An
 * empty variable counts as unset, because Docker Compose passes an empty `${NAME:-}` for a variable that is not set.
 */

export type { EnvironmentVariables };
export { secretsOf } from "./secrets.js";
/** Every variable that the service knows. */
export const variableNames: readonly string[] = Object.keys(environment.shape);
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
    pageOrigins: { embedders: env.EMBED_ORIGINS, avatars: env.AVATAR_ORIGINS },
    /** Undefined: the pages offer nobody a token. */
    demoTokensFile: env.DEMO_TOKENS_FILE,
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
