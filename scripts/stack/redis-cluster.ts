import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { startRedis, type RedisHandle, type RedisOptions } from "./redis-server.js";

export interface RedisClusterHandle {
  /** Three masters, then a replica of each, in the same order. */
  readonly servers: readonly RedisHandle[];
  /** The value for REDIS_URL. */
  readonly url: string;
  stop(): Promise<void>;
}

export const clusterMasters = 3;
const slots = 16_384;
const clusterArgs = [
  "--cluster-enabled",
  "yes",
  "--cluster-node-timeout",
  "1000",
  "--cluster-config-file",
  "nodes.conf",
];
const joinTimeoutMs = 30_000;
const pollMs = 20;

/**
 * Starts a private Redis Cluster on 127.0.0.1: three masters with a replica each. Returns when all slots are served and
 * all replicas follow (some two seconds).
 *
 * @param options of each server; its data lies in a folder of its own in `dir`
 */
export async function startRedisCluster(options: Omit<RedisOptions, "port">): Promise<RedisClusterHandle> {
  const args = [...clusterArgs, ...(options.args ?? [])];
  const servers = await Promise.all(
    Array.from({ length: 2 * clusterMasters }, (_, index) =>
      startRedis({ ...options, dir: join(options.dir, String(index)), args }),
    ),
  );
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  const clients = servers.map(({ url }) => new Redis(url));
  try {
    await formCluster(servers, clients);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
  return { servers, url: servers.map(({ url }) => url).join(","), stop };
}

async function formCluster(servers: readonly RedisHandle[], clients: readonly Redis[]): Promise<void> {
  const [masters, replicas] = [clients.slice(0, clusterMasters), clients.slice(clusterMasters)];
  for (const { port } of servers) await clients[0]?.call("CLUSTER", "MEET", "127.0.0.1", port);
  const share = Math.ceil(slots / clusterMasters);
  for (const [index, master] of masters.entries()) {
    const last = Math.min(slots, (index + 1) * share) - 1;
    await master.call("CLUSTER", "ADDSLOTSRANGE", index * share, last);
  }
  await untilAll(clients, async (client) =>
    /^cluster_known_nodes:6/m.test(String(await client.call("CLUSTER", "INFO"))),
  );
  const ids = await Promise.all(masters.map(async (master) => String(await master.call("CLUSTER", "MYID"))));
  for (const [index, replica] of replicas.entries()) await replica.call("CLUSTER", "REPLICATE", ids[index] ?? "");
  await untilAll(clients, async (client) => /^cluster_state:ok/m.test(String(await client.call("CLUSTER", "INFO"))));
  await untilAll(replicas, async (client) => (await client.info("replication")).includes("master_link_status:up"));
}

async function untilAll(clients: readonly Redis[], holds: (client: Redis) => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + joinTimeoutMs;
  while ((await Promise.all(clients.map(holds))).includes(false)) {
    if (performance.now() > deadline) throw new Error(`the cluster did not form within ${joinTimeoutMs / 1_000} s`);
    await delay(pollMs);
  }
}
