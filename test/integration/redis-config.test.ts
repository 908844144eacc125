import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { startRedis, type RedisHandle } from "../../scripts/stack.js";
import { startTestApp } from "../helpers/app.js";
import { increment } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";

/** A Redis that does not tell its configuration, as managed services have it. */

async function ownStores(): Promise<Stores> {
  const stores = await startStores();
  onTestFinished(() => stores.stop());
  return stores;
}

async function ownRedis(args: readonly string[] = []): Promise<RedisHandle> {
  const dir = await mkdtemp(join(tmpdir(), "standings-managed-"));
  const redis = await startRedis({ dir, persistent: true, args: [...args] });
  onTestFinished(async () => {
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return redis;
}

async function byAcl(): Promise<string> {
  const { url } = await ownRedis();
  const client = new Redis(url);
  await client.call("ACL", "SETUSER", "managed", "on", ">secret", "allkeys", "allchannels", "+@all", "-config");
  client.disconnect();
  return url.replace("redis://", "redis://managed:secret@");
}

describe.each([
  ["by an ACL", byAcl],
  ["as CONFIG is renamed", async () => (await ownRedis(["--rename-command", "CONFIG", ""])).url],
])("a Redis that refuses CONFIG GET %s", (_name, start) => {
  test("ends the start, naming REDIS_CONFIG_CHECK; with off it serves", async () => {
    const [REDIS_URL, stores] = await Promise.all([start(), ownStores()]);
    const refused = startTestApp({ stores, role: "api", env: { REDIS_URL } });
    await expect(refused).rejects.toThrow(
      /CONFIG GET: .*REDIS_CONFIG_CHECK=off if you know that Redis has appendonly yes, appendfsync always, no-app/,
    );
    const app = await startTestApp({ stores, env: { REDIS_URL, REDIS_CONFIG_CHECK: "off" } });
    onTestFinished(() => app.stop());
    const { entry } = await increment(app, app.token("ada"), { userId: "ada", scoreIncrement: 3 });
    expect(entry.score).toBe(3);
  });
});
