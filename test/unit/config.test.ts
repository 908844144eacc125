import { describe, expect, test } from "vitest";
import { ConfigError, parseConfig, parseVariables, type EnvironmentVariables } from "../../src/config/config.js";

const required = {
  REDIS_URL: "redis://redis:6379",
  DATABASE_URL: "postgres://user:dbpass@db/standings",
  JWT_SECRET: "0123456789abcdef0123456789abcdef",
};

const parse = (env: EnvironmentVariables = {}) => parseConfig({ ...required, ...env });

function problemsOf(env: EnvironmentVariables): readonly string[] {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test("an unset variable has the default of the contract", () => {
  expect(parse()).toMatchObject({
    port: 4000,
    host: "0.0.0.0",
    opsPort: 4001,
    opsHost: "127.0.0.1",
    redisUrls: ["redis://redis:6379"],
    databaseUrl: "postgres://user:dbpass@db/standings",
    boards: ["main"],
    syncIntervalMs: 1_000,
    pushIntervalMs: 50,
    durability: "redis",
    maxIncrement: 1_000_000,
    rateLimits: { player: { perSecond: 20, burst: 40 }, service: undefined },
    readLimit: { perSecond: 100, burst: 400 },
    corsOrigins: [],
    loadShedding: true,
    redisConfigCheck: true,
    drainMs: 5_000,
    introspection: true,
    logLevel: "info",
  });
});

test("an empty variable counts as unset", () => {
  expect(parse({ PORT: "", BOARDS: "", CORS_ORIGINS: "", INTROSPECTION: "", JWT_ISSUER: "" })).toEqual(parse());
});

test("ignores other variables of the environment", () => {
  expect(parse({ PATH: "/bin", REDIS_HOST: "x", port: "1" })).toEqual(parse());
});

test.each<[string, string, object]>([
  ["PORT", "0", { port: 0 }],
  ["PORT", "65535", { port: 65_535 }],
  ["HOST", "::", { host: "::" }],
  ["OPS_HOST", "0.0.0.0", { opsHost: "0.0.0.0" }],
  ["REDIS_URL", "rediss://:pass@a:1", { redisUrls: ["rediss://:pass@a:1"] }],
  ["REDIS_URL", "redis://a:1/15", { redisUrls: ["redis://a:1/15"] }],
  ["REDIS_URL", "redis://a/0,redis://b/", { redisUrls: ["redis://a/0", "redis://b/"] }],
  ["REDIS_URL", "redis://a:1, redis://b:2,redis://c:3", { redisUrls: ["redis://a:1", "redis://b:2", "redis://c:3"] }],
  ["DATABASE_URL", "postgresql://db/x", { databaseUrl: "postgresql://db/x" }],
  ["DATABASE_DIRECT_URL", "postgres://db:5432/x", { databaseDirectUrl: "postgres://db:5432/x" }],
  ["AMQP_URL", "amqps://u:p@mq/v", { amqpUrl: "amqps://u:p@mq/v" }],
  ["BOARDS", "main,weekly-2,A_b", { boards: ["main", "weekly-2", "A_b"] }],
  ["BOARDS", " a , b ", { boards: ["a", "b"] }],
  ["SYNC_INTERVAL_MS", "50", { syncIntervalMs: 50 }],
  ["COMPARE_INTERVAL_MS", "0", { compareIntervalMs: 0 }],
  ["PUSH_INTERVAL_MS", "100", { pushIntervalMs: 100 }],
  ["DURABILITY", "postgres", { durability: "postgres" }],
  ["DURABILITY", "memory", { durability: "memory" }],
  ["MAX_INCREMENT", "9007199254740991", { maxIncrement: Number.MAX_SAFE_INTEGER }],
  ["RATE_LIMIT_PER_SECOND", "7", { rateLimits: { player: { perSecond: 7, burst: 40 } } }],
  ["RATE_LIMIT_BURST", "7", { rateLimits: { player: { perSecond: 20, burst: 7 } } }],
  ["SERVICE_RATE_LIMIT_PER_SECOND", "7", { rateLimits: { service: { perSecond: 7 } } }],
  ["READ_RATE_LIMIT_PER_SECOND", "7", { readLimit: { perSecond: 7, burst: 400 } }],
  ["READ_RATE_LIMIT_BURST", "7", { readLimit: { perSecond: 100, burst: 7 } }],
  ["REDIS_CONFIG_CHECK", "off", { redisConfigCheck: false }],
  ["LOAD_SHEDDING", "off", { loadShedding: false }],
  ["DRAIN_SECONDS", "0", { drainMs: 0 }],
  ["DRAIN_SECONDS", "6", { drainMs: 6_000 }],
  [
    "CORS_ORIGINS",
    "https://a.example,http://localhost:5173",
    { corsOrigins: ["https://a.example", "http://localhost:5173"] },
  ],
  ["CORS_ORIGINS", "HTTPS://A.example:443", { corsOrigins: ["https://a.example"] }],
  [
    "CORS_ORIGINS",
    "capacitor://localhost,ionic://localhost,tauri://localhost,chrome-extension://abcdef",
    {
      corsOrigins: ["capacitor://localhost", "ionic://localhost", "tauri://localhost", "chrome-extension://abcdef"],
    },
  ],
  [
    "EMBED_ORIGINS",
    "https://a.example, HTTPS://B.example:443,http://[::1]:8080",
    { pageOrigins: { embedders: ["https://a.example", "https://b.example", "http://[::1]:8080"], avatars: [] } },
  ],
  ["AVATAR_ORIGINS", "https://a.example", { pageOrigins: { embedders: [], avatars: ["https://a.example"] } }],
  ["DEMO_TOKENS_FILE", ".data/demo/tokens.json", { demoTokensFile: ".data/demo/tokens.json" }],
  ["TRUST_PROXY", "2", { trustProxy: "2" }],
  ["TRUST_PROXY", "10.0.0.0/8,::1", { trustProxy: "10.0.0.0/8,::1" }],
  ["INTROSPECTION", "off", { introspection: false }],
  ["NODE_ENV", "production", { introspection: false }],
  ["NODE_ENV", "development", { introspection: true }],
  ["JWT_ISSUER", "https://issuer", { jwt: { issuer: "https://issuer" } }],
  ["JWT_AUDIENCE", "standings", { jwt: { audience: "standings" } }],
  [
    "JWT_JWKS_URL",
    "https://auth.example/keys",
    { jwt: { keyService: { url: "https://auth.example/keys", role: { claim: "role", defaultRole: undefined } } } },
  ],
  ["LOG_LEVEL", "debug", { logLevel: "debug" }],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel:4318/", { traces: { url: "http://otel:4318/v1/traces" } }],
  ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://otel/in", { traces: { url: "https://otel/in" } }],
  ["OTEL_SERVICE_NAME", "scores", { traces: undefined }],
])("%s=%s is accepted", (name, value, expected) => {
  expect(parse({ [name]: value })).toMatchObject(expected);
});

test.each<EnvironmentVariables>([
  { PORT: "0", OPS_PORT: "0" },
  { PORT: "5000", OPS_PORT: "5000", HOST: "10.0.0.1" },
])("both listeners may have the same port when they don't collide: %j", (env) => {
  expect(problemsOf({ ...required, ...env })).toEqual([]);
});

test("introspection can be switched on in production", () => {
  expect(parse({ NODE_ENV: "production", INTROSPECTION: "on" }).introspection).toBe(true);
});

test("where a service puts the role, and the role of tokens without one", () => {
  const env = { JWT_JWKS_URL: "http://auth/keys", JWT_ROLE_CLAIM: "realm_access.roles", JWT_DEFAULT_ROLE: "player" };
  expect(parse(env).jwt).toEqual({
    secret: required.JWT_SECRET,
    keyService: { url: "http://auth/keys", role: { claim: "realm_access.roles", defaultRole: "player" } },
    issuer: undefined,
    audience: undefined,
  });
});

test("the keys of a service may take the place of the secret, or stand beside it", () => {
  const env = { ...required, JWT_SECRET: undefined };
  expect(problemsOf({ ...env, JWT_JWKS_URL: "https://auth.example/keys" })).toEqual([]);
  expect(problemsOf({ ...required, JWT_JWKS_URL: "https://auth.example/keys" })).toEqual([]);
  expect(problemsOf(env)).toEqual(["JWT_SECRET: is required, unless JWT_JWKS_URL is set"]);
  expect(problemsOf({ ...env, JWT_JWKS_URL: "" })).toHaveLength(1);
});

test("a secret's length is counted in bytes", () => {
  expect(parse({ JWT_SECRET: "ä".repeat(16) }).jwt.secret).toBe("ä".repeat(16));
});

describe("refuses", () => {
  test.each([
    ...["-1", "65536", "4000.5", "4e3", "0x10", "port", " 4000", "99999999999999999999"].flatMap((value) => [
      ["PORT", value],
      ["OPS_PORT", value],
    ]),
    ...["http://redis", "redis", "redis://a,http://b", ",", "redis://a/x", "redis://a/1/2", "redis://a?db=x"].map(
      (value) => ["REDIS_URL", value],
    ),
    // A cluster has one database.
    ...["redis://a/1,redis://b/1", "redis://a,redis://b?db=2"].map((value) => ["REDIS_URL", value]),
    ...["mysql://db/x", "db", "postgres"].map((value) => ["DATABASE_URL", value]),
    ["DATABASE_DIRECT_URL", "mysql://db/x"],
    ...["http://mq", "mq:5672", "redis://mq"].map((value) => ["AMQP_URL", value]),
    ...["short", "x".repeat(31), "ä".repeat(15)].map((value) => ["JWT_SECRET", value]),
    ...["auth.example/keys", "ftp://auth.example", "/keys", "x"].map((value) => ["JWT_JWKS_URL", value]),
    ...["service", "admin", "none", "Player", "player,service"].map((value) => ["JWT_DEFAULT_ROLE", value]),
    ...[",", "a,a", "a b", "{main}", "a:b", "x".repeat(65), "ä"].map((value) => ["BOARDS", value]),
    ...["0", "-50", "1s", "1.5", "NaN"].map((value) => ["SYNC_INTERVAL_MS", value]),
    ...["-1", "1h", "86400001"].map((value) => ["COMPARE_INTERVAL_MS", value]),
    ...["-1", "fast", "0.5"].map((value) => ["PUSH_INTERVAL_MS", value]),
    ...["Redis", "disk", "true"].map((value) => ["DURABILITY", value]),
    ...["0", "-1", "9007199254740992", "1e6"].map((value) => ["MAX_INCREMENT", value]),
    ...["0", "-1", "x"].flatMap((value) => [
      ["RATE_LIMIT_PER_SECOND", value],
      ["RATE_LIMIT_BURST", value],
      ["SERVICE_RATE_LIMIT_PER_SECOND", value],
      ["READ_RATE_LIMIT_PER_SECOND", value],
      ["READ_RATE_LIMIT_BURST", value],
    ]),
    ["REDIS_CONFIG_CHECK", "maybe"],
    ["LOAD_SHEDDING", "some"],
    ...["-1", "7", "1.5", "5s"].map((value) => ["DRAIN_SECONDS", value]),
    ...["CORS_ORIGINS", "EMBED_ORIGINS", "AVATAR_ORIGINS"].flatMap((name) => [
      ...["*", "a.example", "https://a.example/", "https://a.example/x"].map((value) => [name, value]),
      ...["https://*.a.com", "wss://a.example", "null", "'self'"].map((value) => [name, value]),
    ]),
    ...["x://a;b", "https://a'b", "https://a;script-src"].map((value) => ["EMBED_ORIGINS", value]),
    ...["yes", "10.0.0.0/99", "33"].map((value) => ["TRUST_PROXY", value]),
    ...["Production", "prod", "staging"].map((value) => ["NODE_ENV", value]),
    ...["yes", "ON", "2"].map((value) => ["INTROSPECTION", value]),
    ...["0", "-1", "many"].map((value) => ["WEB_CONCURRENCY", value]),
    ...["loud", "INFO"].map((value) => ["LOG_LEVEL", value]),
    ...["otel:4318", "grpc://otel"].map((value) => ["OTEL_EXPORTER_OTLP_ENDPOINT", value]),
    ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "nowhere"],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
    ...["no value", "=x", "a=%"].map((value) => ["OTEL_EXPORTER_OTLP_HEADERS", value]),
    ["OTEL_RESOURCE_ATTRIBUTES", "team"],
    ["OTEL_TRACES_SAMPLER", "sometimes"],
    ...["2", "-1", "half"].map((value) => ["OTEL_TRACES_SAMPLER_ARG", value]),
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "10s"],
    ["OTEL_BSP_SCHEDULE_DELAY", "soon"],
    ["OTEL_TRACES_EXPORTER", "jaeger"],
    ["OTEL_SDK_DISABLED", "yes"],
  ] as [string, string][])("%s=%s, by its name", (name, value) => {
    const problems = problemsOf({ ...required, [name]: value });
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(new RegExp(`^${name}\\b`));
  });

  test("a pattern among the origins, and says why", () => {
    expect(problemsOf({ ...required, CORS_ORIGINS: "https://*.a.com" })).toEqual([
      "CORS_ORIGINS: must name each origin; a pattern such as https://*.example.com is none",
    ]);
  });

  test.each<EnvironmentVariables>([
    { PORT: "4001" },
    { OPS_PORT: "4000" },
    { PORT: "5000", OPS_PORT: "5000", HOST: "127.0.0.1" },
    { PORT: "5000", OPS_PORT: "5000", HOST: "10.0.0.1", OPS_HOST: "::" },
  ])("one port for both listeners: %j", (env) => {
    expect(problemsOf({ ...required, ...env })).toEqual([
      expect.stringMatching(/^OPS_PORT: is \d+, as PORT is: the operators' listener must have a port of its own$/),
    ]);
  });

  test.each(Object.keys(required))("a missing %s", (name) => {
    expect(problemsOf({ ...required, [name]: undefined })).toEqual([expect.stringMatching(`^${name}\\b`)]);
  });

  test("all faults together", () => {
    const message = new ConfigError(problemsOf({ PORT: "x", BOARDS: "a,a", LOG_LEVEL: "loud" })).message;
    for (const name of ["PORT", "BOARDS", "LOG_LEVEL", ...Object.keys(required)]) expect(message).toContain(name);
  });

  test("without printing a secret", () => {
    const env = { JWT_SECRET: "hunter2", REDIS_URL: "http://:redispass@r", DATABASE_URL: "mysql://u:dbpass@d/x" };
    const problems = problemsOf(env);
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toMatch(/hunter2|redispass|dbpass/);
  });
});

test("a script needs only the variables that it names", () => {
  expect(parseVariables({ DATABASE_URL: required.DATABASE_URL, PORT: "x" }, ["DATABASE_URL"])).toEqual({
    DATABASE_URL: required.DATABASE_URL,
  });
  expect(() => parseVariables({}, ["DATABASE_URL"])).toThrow(ConfigError);
});

const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4318" };

test("traces take OpenTelemetry's defaults, and its variables", () => {
  expect(parse(collector).traces).toEqual({
    url: "http://otel:4318/v1/traces",
    protocol: "http/protobuf",
    headers: {},
    timeoutMs: 10_000,
    serviceName: "standings",
    resourceAttributes: {},
    sampler: "parentbased_always_on",
    samplerRatio: 1,
    delayMs: 5_000,
  });
  const given = {
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20abc,x-team=scores",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=staging",
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.25",
  };
  expect(parse({ ...collector, ...given }).traces).toMatchObject({
    headers: { authorization: "Basic abc", "x-team": "scores" },
    resourceAttributes: { "deployment.environment.name": "staging" },
    sampler: "parentbased_traceidratio",
    samplerRatio: 0.25,
  });
});

test.each<[string, EnvironmentVariables]>([
  ["nothing is set", {}],
  ["the SDK is disabled", { ...collector, OTEL_SDK_DISABLED: "true" }],
  ["nothing is exported", { ...collector, OTEL_TRACES_EXPORTER: "none" }],
])("there are no traces when %s", (_case, env) => {
  expect(parse(env).traces).toBeUndefined();
});
