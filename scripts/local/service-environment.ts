export const host = "127.0.0.1";

export interface ServiceSettings {
  port: number;
  opsPort: number;
  redisUrl: string;
  databaseUrl: string;
  jwtSecret: string;
}

/** What the environment may hold for another service would make our own tokens invalid. */
const notPassedOn = ["JWT_JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE"];

/** Where front ends run while they are developed, so that one of them can use the service without any setting. */
const developmentPorts = [3000, 4173, 4200, 5173, 5174, 8000, 8080];
const developmentOrigins = ["localhost", host].flatMap((name) =>
  developmentPorts.map((port) => `http://${name}:${port}`),
);

/** Of a service on this machine, for this machine: our environment, but for its addresses, stores and secret. */
export function serviceEnvironment(settings: ServiceSettings): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !notPassedOn.includes(name));
  return {
    CORS_ORIGINS: developmentOrigins.join(","),
    INTROSPECTION: "on", // the playground needs it, and NODE_ENV=production would turn it off
    ...Object.fromEntries(inherited),
    ...{ PORT: String(settings.port), HOST: host, OPS_PORT: String(settings.opsPort), OPS_HOST: host },
    ...{ REDIS_URL: settings.redisUrl, DATABASE_URL: settings.databaseUrl, JWT_SECRET: settings.jwtSecret },
  };
}
