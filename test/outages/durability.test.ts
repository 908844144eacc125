import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { findFreePort, startRedis } from "../../scripts/stack.js";
import { StandingsError } from "../../src/domain/errors.js";
import { Channels } from "../../src/channels/channels.js";
import { SyncProgress } from "../../src/channels/sync-progress.js";
import type { Position } from "../../src/domain/position.js";
import type { Revision } from "../../src/domain/score.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { serviceEnvironment } from "../helpers/processes.js";
import type { Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";
import { AppendOnlyFiles } from "../faults/helpers/aof.js";
import { expectAllInvariants, untilSettled } from "../faults/helpers/both-stores.js";
import { RoleProcess } from "../faults/helpers/role-process.js";
import { send, startLoad } from "../faults/helpers/clients.js";
import { startOwnStores, type OwnStores, type OwnStoresOptions } from "../faults/helpers/own-stores.js";
import { Witness } from "../faults/helpers/witness.js";
import { board } from "../faults/helpers/worker-steps.js";

/** The contract's 5 s, plus a margin for a slow machine. */
const patienceMs = 6_000;

async function ownStores(options: OwnStoresOptions = {}): Promise<OwnStores> {
  const stores = await startOwnStores(options);
  onTestFinished(() => stores.stop());
  return stores;
}

async function service(stores: Stores, env: Record<string, string>): Promise<TestApp> {
  const app = await startTestApp({ stores, env });
  onTestFinished(() => app.stop());
  return app;
}

describe("DURABILITY=postgres", () => {
  const env = { DURABILITY: "postgres" };

  test("acked-kept: every acknowledged increment is committed at the time of its answer", async () => {
    const stores = await ownStores();
    const app = await service(stores, env);
    const committed = async (key: string) =>
      (await stores.query("SELECT 1 FROM score_events WHERE idempotency_key = $1", [key])).length === 1;
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let n = 0; n < 15; n += 1) {
        const key = `${client}-${n}`;
        const told = await send(app, { userId: `user-${client % 3}`, increment: 1, key }, "graphql");
        expect(told.kind).toBe("accepted");
        expect(await committed(key), key).toBe(true);
      }
    });
    await Promise.all(clients);
  }, 60_000);

  test("acked-kept, once, sum: nothing acknowledged is lost when Redis loses everything right after the answer", async () => {
    const stores = await ownStores();
    const app = await service(stores, env);
    const witness = new Witness();
    const load = startLoad({ target: app, record: witness, plain: 4, keyed: 4 });
    for (let loss = 0; loss < 4; loss += 1) {
      const before = witness.acknowledged.length;
      await waitFor(() => witness.acknowledged.length > before + 40);
      await stores.redisClient.flushall();
    }
    await load.stop();
    await expectAllInvariants(stores, witness);
  }, 60_000);

  test("acked-kept: an increment that Redis loses before PostgreSQL has it is not acknowledged, even when its revision is used again", async () => {
    const stores = await ownStores();
    const app = await service(stores, env);
    const files = new AppendOnlyFiles(stores.redisDir);
    expect((await send(app, { userId: "ada", increment: 1, key: undefined }, "graphql")).kind).toBe("accepted");
    const size = await files.size();

    // PostgreSQL hangs; the change is in Redis, and its answer waits.
    await stores.postgres.pause();
    const lost = send(app, { userId: "lost", increment: 1, key: "lost" }, "graphql");
    await waitFor(async () => (await stores.redisClient.hget("lb:{main}:meta", "revision")) === "2");
    // A fail-over to a replica that did not have it yet, or a power cut with appendfsync everysec.
    await stores.redis.kill();
    await files.truncate(size);
    await stores.redis.restart();
    await stores.postgres.resume();
    await waitFor(
      async () => (await send(app, { userId: "bob", increment: 1, key: "bob" }, "graphql")).kind === "accepted",
    );

    const told = await lost;
    await untilSettled(stores);
    const rows = await stores.query("SELECT 1 FROM score_events WHERE user_id = 'lost'");
    expect({ acknowledged: told.kind === "accepted", committed: rows.length }).not.toEqual({
      acknowledged: true,
      committed: 0,
    });
  }, 60_000);

  test("acked-kept: an answer that comes after the board was rebuilt without its change is no acknowledgement", async () => {
    const stores = await ownStores();
    const publisher = new Redis(stores.redis.url);
    const subscriber = new Redis(stores.redis.url);
    const channels = new Channels({ publisher, subscriber, onGarbage: () => undefined });
    const progress = new SyncProgress(channels);
    await channels.start();
    onTestFinished(async () => {
      await channels.stop();
      await progress.stop();
      publisher.disconnect();
      subscriber.disconnect();
    });
    await progress.start();
    const at = (epoch: number, revision: number): Position => ({ epoch, revision: revision as Revision });
    // Once the API knows the new epoch, its changes are durable.
    await waitFor(async () => {
      await channels.publishSynced(board, at(2, 2 ** 32 + 5));
      return progress.wait(board, at(2, 2 ** 32 + 5), performance.now() + 300).then(
        () => true,
        () => false,
      );
    });
    await expect(progress.wait(board, at(1, 7), performance.now() + 300)).rejects.toThrow(StandingsError);
  });

  test("once: with PostgreSQL away the outcome is unknown within 5 s, and a retry with the key counts once", async () => {
    const stores = await ownStores();
    const app = await service(stores, env);
    await send(app, { userId: "ada", increment: 1, key: undefined }, "graphql");
    await stores.postgres.pause();
    const start = performance.now();
    const change = { userId: "ada", increment: 5, key: randomUUID() };
    const [keyed, plain] = await Promise.all([
      send(app, change, "graphql"),
      send(app, { userId: "bob", increment: 1, key: undefined }, "graphql"),
    ]);
    expect(performance.now() - start).toBeLessThan(patienceMs);
    expect([keyed, plain]).toEqual([
      { kind: "refused", code: "UNKNOWN_OUTCOME" },
      { kind: "refused", code: "UNKNOWN_OUTCOME" },
    ]);
    await stores.postgres.resume();
    await waitFor(async () => (await send(app, change, "graphql")).kind === "accepted", 20_000);
    await untilSettled(stores);
    expect(await stores.redisClient.zscore("lb:{main}:scores", "ada")).toBe("6");
    expect(await stores.query("SELECT 1 FROM score_events WHERE idempotency_key = $1", [change.key])).toHaveLength(1);
  }, 60_000);
});

describe("DURABILITY=redis", () => {
  test("acked-kept: a Redis that stalls and is then killed keeps everything that it acknowledged", async () => {
    const stores = await ownStores();
    const app = await service(stores, {});
    const witness = new Witness();
    const load = startLoad({ target: app, record: witness, plain: 8, keyed: 8, pauseMs: 0 });
    await waitFor(() => witness.acknowledged.length > 200);
    await stores.redis.pause();
    await delay(1_500); // the stall
    await stores.redis.kill();
    await stores.redis.restart();
    await load.stop();
    await expectAllInvariants(stores, witness);
  }, 60_000);
});

describe("a start", () => {
  let stores: OwnStores;
  beforeAll(async () => {
    stores = await startOwnStores();
  });
  afterAll(async () => {
    await stores.stop();
  });

  function processOf(env: Record<string, string>, redisUrl: string): RoleProcess {
    return new RoleProcess("all", { ...serviceEnvironment(stores), REDIS_URL: redisUrl, ...env });
  }

  /** A user of Redis may be forbidden to read its configuration. */
  async function forbidConfig(): Promise<string> {
    await stores.redisClient.call("ACL", "SETUSER", "limited", "on", ">secret", "~*", "&*", "+@all", "-config");
    const url = new URL(stores.redis.url);
    [url.username, url.password] = ["limited", "secret"];
    return url.href;
  }

  test("is refused with 78, and names the setting to change, for each one that breaks the promise of DURABILITY=redis", async () => {
    const wrong = [
      ["appendonly", "no", "yes"],
      ["appendfsync", "everysec", "always"],
      ["no-appendfsync-on-rewrite", "yes", "no"],
      ["maxmemory-policy", "allkeys-lru", "noeviction"],
    ] as const;
    const dir = await mkdtemp(join(tmpdir(), "standings-wrong-"));
    await Promise.all(
      wrong.map(async ([name, value, right]) => {
        const redis = await startRedis({ dir: join(dir, name), persistent: true, args: [`--${name}`, value] });
        const start = processOf({}, redis.url);
        expect(await start.runOnce(), name).toBe(78);
        const said = JSON.stringify(start.log.map(({ msg }) => msg));
        expect(said).toContain("set it in redis.conf");
        expect(said).toContain(`needs \\"${name} ${right}\\"`);
        await redis.stop();
      }),
    );
    await rm(dir, { recursive: true });
  }, 60_000);

  test("is refused with 78 and the advice to use postgres when Redis hides its configuration", async () => {
    const start = processOf({}, await forbidConfig());
    expect(await start.runOnce()).toBe(78);
    expect(JSON.stringify(start.log)).toContain("use DURABILITY=postgres");
  }, 30_000);

  test.each(["postgres", "memory"])(
    "succeeds on such a Redis with DURABILITY=%s; memory causes a warning",
    async (mode) => {
      const port = String(await findFreePort());
      const start = processOf({ DURABILITY: mode, OPS_PORT: port }, await forbidConfig());
      start.start();
      try {
        await start.ready();
        const warnings = start.log.filter(({ level, msg }) => level === 40 && msg.includes("DURABILITY=memory"));
        expect(warnings).toHaveLength(mode === "memory" ? 1 : 0);
      } finally {
        await start.kill();
      }
    },
    60_000,
  );
});
