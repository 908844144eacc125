import { z } from "zod";
import { logLevels } from "../observability/logger.js";
import { tracesVariables } from "../observability/traces-config.js";
import {
  amqpUrl,
  boardIds,
  flag,
  jwksUrl,
  jwtSecret,
  origins,
  policySources,
  postgresUrl,
  redisUrls,
  trustProxy,
  wholeNumber,
} from "./values.js";

const hour = 3_600_000;

/** Each variable of the service, with its rule and its default. */
export const environment = z.object({
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
  EMBED_ORIGINS: policySources.default([]),
  AVATAR_ORIGINS: policySources.default([]),
  DEMO_TOKENS_FILE: z.string().optional(),
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

export const wholeEnvironment = environment
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

export type Environment = z.output<typeof environment>;
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** Whether two hosts share an address, so that they can't listen on the same port. */
function overlap(host: string, other: string): boolean {
  const everywhere = new Set(["0.0.0.0", "::", "*"]);
  return host === other || everywhere.has(host) || everywhere.has(other);
}
