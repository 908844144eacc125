import { afterAll, beforeAll } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { createApp, type AppRole } from "../../src/app/app.js";
import { createTracing } from "../../src/app/traces.js";
import { parseConfig, type EnvironmentVariables } from "../../src/config/config.js";
import type { App } from "../../src/lifecycle.js";
import { createLogger } from "../../src/observability/logger.js";
import { startStores, type Stores } from "./stores.js";
import { jwtSecret } from "./tokens.js";
import { waitFor } from "./wait-for.js";

export { jwtSecret };

/** All of a test's viewers have one address, and most have no token. */
export const muchReading = { READ_RATE_LIMIT_PER_SECOND: "1000000", READ_RATE_LIMIT_BURST: "1000000" };

export interface TestAppOptions {
  role?: AppRole;
  /** Environment variables in addition to those that point to the stores. */
  env?: EnvironmentVariables;
  /** Stores that the caller starts and stops. Default: new ones, which end with the app. */
  stores?: Stores;
}

type TokenRole = "player" | "service" | "admin";

export interface TestApp {
  readonly url: string;
  readonly wsUrl: string;
  readonly opsUrl: string;
  readonly stores: Stores;
  /** A valid token that lives for an hour. */
  readonly token: (subject: string, role?: TokenRole) => string;
  stop(): Promise<void>;
  /** Stops the service and starts it on the same port and stores. */
  restart(): Promise<void>;
}

/**
 * Starts the whole service in this process, on free ports; returns when it is ready. Log lines of level `warn` and
 * above go to stdout.
 */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const stores = options.stores ?? (await startStores());
  let app = await launch(stores, options, "0");
  const port = app.port ?? 0;
  return {
    get url() {
      return `http://127.0.0.1:${app.port}`;
    },
    get wsUrl() {
      return `ws://127.0.0.1:${app.port}/graphql`;
    },
    get opsUrl() {
      return `http://127.0.0.1:${app.opsPort}`;
    },
    stores,
    token: signTestToken,
    stop: async () => {
      await app.stop();
      if (!options.stores) await stores.stop();
    },
    restart: async () => {
      await app.stop();
      app = await launch(stores, options, String(port));
    },
  };
}

export interface SharedTestAppOptions extends Omit<TestAppOptions, "stores"> {
  /** Makes this another process of that service, on its stores. Default: a service with stores of its own. */
  beside?: TestApp;
}

/** Calls `startTestApp` before the first test of a file or a `describe`, and stops the app after the last. */
export function useTestApp({ beside, ...options }: SharedTestAppOptions = {}): TestApp {
  let app: TestApp | undefined;
  const running = (): TestApp => {
    if (!app) throw new Error("the service starts right before the first test");
    return app;
  };
  beforeAll(async () => {
    app = await startTestApp(beside ? { ...options, stores: beside.stores } : options);
  });
  afterAll(() => app?.stop());
  return {
    get url() {
      return running().url;
    },
    get wsUrl() {
      return running().wsUrl;
    },
    get opsUrl() {
      return running().opsUrl;
    },
    get stores() {
      return running().stores;
    },
    token: signTestToken,
    stop: () => running().stop(),
    restart: () => running().restart(),
  };
}

function signTestToken(subject: string, role: TokenRole = "player"): string {
  return signToken({ secret: jwtSecret, subject, role, expiresInSeconds: 3600 });
}

async function launch(stores: Stores, { role = "all", env = {} }: TestAppOptions, port: string): Promise<App> {
  const config = parseConfig({
    PORT: port,
    HOST: "127.0.0.1",
    OPS_PORT: "0",
    REDIS_URL: stores.redis.url,
    DATABASE_URL: stores.databaseUrl,
    JWT_SECRET: jwtSecret,
    SYNC_INTERVAL_MS: "50",
    // Tests of the limits set their own values; no other test should reach a limit.
    RATE_LIMIT_PER_SECOND: "100000",
    RATE_LIMIT_BURST: "100000",
    ...muchReading,
    DRAIN_SECONDS: "0",
    // A machine that is busy with other tests makes every event loop late.
    LOAD_SHEDDING: "off",
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "silent",
    ...env,
  });
  const logger = createLogger(config.logLevel);
  const app = createApp(config, role, logger, "test", await createTracing(config.traces, "test", logger));
  await app.start();
  if (role !== "api") await waitFor(async () => (await fetch(`http://127.0.0.1:${app.opsPort}/readyz`)).ok);
  return app;
}
