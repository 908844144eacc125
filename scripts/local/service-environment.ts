export const host = "127.0.0.1";

export interface ServiceSettings {
  port: number;
  opsPort: number;
  redisUrl: string;
  databaseUrl: string;
  jwtSecret: string;
  /** Tokens that the pages offer on this machine; undefined: none. */
  demoTokensFile?: string;
}

/** These variables may be set for another service; with them this one would refuse the tokens made here. */
const notPassedOn = ["JWT_JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE"];

/** The usual ports of front-end development servers, so that a front end can use the service without any setting. */
const developmentPorts = [3000, 4173, 4200, 5173, 5174, 8000, 8080];
const developmentOrigins = ["localhost", host].flatMap((name) =>
  developmentPorts.map((port) => `http://${name}:${port}`),
);

/** The environment of a service on this machine: ours, except for the addresses, the stores and the secret. */
export function serviceEnvironment(settings: ServiceSettings): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !notPassedOn.includes(name));
  return {
    CORS_ORIGINS: developmentOrigins.join(","),
    DRAIN_SECONDS: "0", // Ctrl-C ends everything at once
    INTROSPECTION: "on", // the playground needs it; NODE_ENV=production would turn it off
    ...Object.fromEntries(inherited),
    ...{ PORT: String(settings.port), HOST: host, OPS_PORT: String(settings.opsPort), OPS_HOST: host },
    ...{ REDIS_URL: settings.redisUrl, DATABASE_URL: settings.databaseUrl, JWT_SECRET: settings.jwtSecret },
    DEMO_TOKENS_FILE: settings.demoTokensFile ?? "",
  };
}
