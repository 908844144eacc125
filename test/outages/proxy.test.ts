import { setTimeout as delay } from "node:timers/promises";
import { expect, test, type TestContext } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import type { Target } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";
import { expectAllInvariants } from "../faults/helpers/both-stores.js";
import { send, startLoad } from "../faults/helpers/clients.js";
import { TcpProxy } from "../faults/helpers/tcp-proxy.js";
import { Witness } from "../faults/helpers/witness.js";

/** The contract's 5 s, plus a margin for a slow machine. */
const patienceMs = 6_500;

interface Network {
  readonly stores: Stores;
  readonly api: TestApp;
  readonly clientToApi: TcpProxy;
  readonly apiToRedis: TcpProxy;
  readonly workerToRedis: TcpProxy;
  readonly workerToPostgres: TcpProxy;
  /** The API, through its proxy. */
  readonly target: Target;
}

type Line = "clientToApi" | "apiToRedis" | "workerToRedis" | "workerToPostgres";

/** Starts an API and a worker, each with its own connection line to each store. */
async function network(durability: string, { onTestFinished }: TestContext): Promise<Network> {
  const stores = await startStores();
  onTestFinished(() => stores.stop());
  const [apiToRedis, workerToRedis, workerToPostgres] = await Promise.all([
    proxyTo(stores.redis.url),
    proxyTo(stores.redis.url),
    proxyTo(stores.databaseUrl),
  ]);
  await startApp("worker", {
    REDIS_URL: workerToRedis.through(stores.redis.url),
    DATABASE_URL: workerToPostgres.through(stores.databaseUrl),
  });
  const api = await startApp("api", { REDIS_URL: apiToRedis.through(stores.redis.url) });
  const clientToApi = await proxyTo(api.url);
  const target = { url: clientToApi.through(api.url) };
  return { stores, api, clientToApi, apiToRedis, workerToRedis, workerToPostgres, target };

  async function startApp(role: "api" | "worker", env: Record<string, string>): Promise<TestApp> {
    const app = await startTestApp({ stores, role, env: { DURABILITY: durability, ...env } });
    onTestFinished(() => app.stop());
    return app;
  }

  async function proxyTo(url: string): Promise<TcpProxy> {
    const proxy = await TcpProxy.to(url);
    onTestFinished(() => proxy.stop());
    return proxy;
  }
}

/**
 * The troubles of a line, and how long each lasts: longer than a request may take, where it can make a request wait.
 */
const troubles: Record<string, (proxy: TcpProxy) => Promise<void>> = {
  cut: (proxy) => Promise.resolve(proxy.cut()),
  reset: (proxy) => Promise.resolve(proxy.reset()),
  "loss on the way there": async (proxy) => {
    proxy.treat("up", "blackhole");
    await delay(6_000);
  },
  "loss on the way back": async (proxy) => {
    proxy.treat("down", "blackhole");
    await delay(6_000);
  },
  "3 s of delay": async (proxy) => {
    proxy.treat("down", { delayMs: 3_000 });
    await delay(8_000);
  },
  "one byte a second": async (proxy) => {
    proxy.treat("down", "trickle");
    await delay(6_000);
  },
};

const lines: [string, Line, durability: string][] = [
  ["API and Redis", "apiToRedis", "redis"],
  ["API and Redis, waiting for PostgreSQL", "apiToRedis", "postgres"],
  ["worker and Redis", "workerToRedis", "postgres"],
  ["worker and PostgreSQL", "workerToPostgres", "postgres"],
  ["client and API", "clientToApi", "redis"],
];

// The tests run side by side, as they mostly wait.
test.concurrent.for(lines)(
  "acked-kept, sum, once, bounds, agree: cuts, losses and delays between %s; no request takes longer than 5 s",
  { timeout: 120_000 },
  async ([, line, durability], context) => {
    const net = await network(durability, context);
    const proxy = net[line];
    const witness = new Witness();
    const load = startLoad({ target: net.target, record: witness, plain: 3, keyed: 3 });
    const slowest: Record<string, number> = {};
    for (const [name, happen] of Object.entries(troubles)) {
      const before = witness.acknowledged.length;
      await waitFor(() => witness.acknowledged.length > before + 10, 20_000);
      witness.slowest = 0;
      await happen(proxy);
      proxy.heal();
      const since = witness.acknowledged.length;
      await waitFor(() => witness.acknowledged.length > since + 10, 20_000);
      slowest[name] = Math.round(witness.slowest);
    }
    await load.stop();
    await expectAllInvariants(net.stores, witness);
    // A lost answer on the line to the client itself is not the service's fault.
    if (line === "clientToApi") return;
    const tooSlow = Object.entries(slowest).filter(([, ms]) => ms > patienceMs);
    expect(Object.fromEntries(tooSlow)).toEqual({});
  },
);

test.concurrent.for(lines.slice(0, 4))(
  "connections between %s that swallow everything, as behind a firewall that lost its state, are given up within 20 s",
  { timeout: 90_000 },
  async ([, line, durability], context) => {
    const net = await network(durability, context);
    const witness = new Witness();
    const load = startLoad({ target: net.target, record: witness, plain: 2, keyed: 2 });
    await waitFor(() => witness.acknowledged.length > 10, 20_000);
    net[line].forget();
    // The load may notice nothing of the worker's own connections: PostgreSQL must catch up with Redis again.
    const at = Number(await net.stores.redisClient.hget("lb:{main}:meta", "revision"));
    const before = witness.acknowledged.length;
    await waitFor(async () => {
      const [cursor] = await net.stores.query<{ revision: string }>("SELECT revision FROM sync_cursor");
      return Number(cursor?.revision) > at && witness.acknowledged.length > before + 20;
    }, 20_000);
    await load.stop();
    await expectAllInvariants(net.stores, witness);
    expect(witness.slowest).toBeLessThan(patienceMs);
  },
);

test("once: a lost answer is UNKNOWN_OUTCOME, and a client repeats a change with a key until it gets an answer", async (context) => {
  const net = await network("redis", context);
  const { redisClient } = net.stores;
  expect((await send(net.api, { userId: "ada", increment: 1, key: undefined }, "graphql")).kind).toBe("accepted");
  net.apiToRedis.treat("down", "blackhole");
  const plain = send(net.api, { userId: "ada", increment: 10, key: undefined }, "graphql");
  await waitFor(async () => (await redisClient.zscore("lb:{main}:scores", "ada")) === "11");
  const keyed = send(net.api, { userId: "ada", increment: 100, key: "k" }, "graphql");
  expect(await plain).toEqual({ kind: "refused", code: "UNKNOWN_OUTCOME" });
  net.apiToRedis.heal();
  // The attempt waited behind the other one; whatever it was told, another attempt counts at most once.
  await keyed;
  await waitFor(
    async () => (await send(net.api, { userId: "ada", increment: 100, key: "k" }, "graphql")).kind === "accepted",
  );
  expect(await redisClient.zscore("lb:{main}:scores", "ada")).toBe("111");
}, 60_000);
