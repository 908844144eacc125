import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { clusterMasters, startRedisCluster, type RedisHandle } from "../../../scripts/stack.js";

/** One server of a cluster, and a connection to that server alone. */
export interface ClusterNode {
  readonly server: RedisHandle;
  readonly client: Redis;
  readonly id: string;
}

/**
 * A real Redis Cluster on the loopback interface: three masters with a replica each. It keeps every acknowledged write.
 */
export class RedisCluster {
  private constructor(
    readonly nodes: readonly ClusterNode[],
    readonly stop: () => Promise<void>,
  ) {}

  static async start(): Promise<RedisCluster> {
    const dir = await mkdtemp(join(tmpdir(), "standings-cluster-"));
    const cluster = await startRedisCluster({ dir, persistent: true });
    const nodes = await Promise.all(
      cluster.servers.map(async (server): Promise<ClusterNode> => {
        const client = new Redis(server.url, { maxRetriesPerRequest: null });
        client.on("error", () => undefined); // Tests kill nodes.
        return { server, client, id: String(await client.call("CLUSTER", "MYID")) };
      }),
    );
    return new RedisCluster(nodes, async () => {
      for (const { client } of nodes) client.disconnect();
      await cluster.stop();
      await rm(dir, { recursive: true, force: true });
    });
  }

  /** The value for REDIS_URL. */
  get url(): string {
    return this.nodes.map(({ server }) => server.url).join(",");
  }

  /** The master of a key's slot, according to a node that is alive. */
  async ownerOf(key: string): Promise<ClusterNode> {
    const asked = this.nodes.find(({ server }) => server.running);
    const slot = Number(await asked?.client.call("CLUSTER", "KEYSLOT", key));
    const ranges = (await asked?.client.call("CLUSTER", "SLOTS")) as [number, number, [string, number, string]][];
    const id = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][2];
    const owner = this.nodes.find((node) => node.id === id);
    if (!owner) throw new Error(`nobody has slot ${slot}`);
    return owner;
  }

  /** Moves a key's slot to another master, key by key, as an operator's tools do. @returns the slot's new master */
  async moveSlotOf(key: string): Promise<ClusterNode> {
    const from = await this.ownerOf(key);
    const to = this.nodes.slice(0, clusterMasters).find((node) => node !== from);
    if (!to) throw new Error("there is no other master");
    const slot = Number(await from.client.call("CLUSTER", "KEYSLOT", key));
    await to.client.call("CLUSTER", "SETSLOT", slot, "IMPORTING", from.id);
    await from.client.call("CLUSTER", "SETSLOT", slot, "MIGRATING", to.id);
    for (;;) {
      const keys = (await from.client.call("CLUSTER", "GETKEYSINSLOT", slot, 5)) as string[];
      if (keys.length === 0) break;
      await from.client.call("MIGRATE", "127.0.0.1", to.server.port, "", 0, 5_000, "KEYS", ...keys);
    }
    for (const { client } of [to, from]) await client.call("CLUSTER", "SETSLOT", slot, "NODE", to.id);
    return to;
  }
}
