import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { startRedis, type RedisHandle } from "../../../scripts/stack.js";
import { waitFor } from "../../helpers/wait-for.js";

const masters = 3;
const slots = 16_384;

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
    const args = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-config-file", "nodes.conf"];
    const nodes = await Promise.all(
      Array.from({ length: 2 * masters }, async (_, index): Promise<ClusterNode> => {
        const server = await startRedis({ dir: join(dir, String(index)), persistent: true, args });
        const client = new Redis(server.url, { maxRetriesPerRequest: null });
        client.on("error", () => undefined); // Tests kill nodes.
        return { server, client, id: String(await client.call("CLUSTER", "MYID")) };
      }),
    );
    const stop = async () => {
      for (const { client } of nodes) client.disconnect();
      await Promise.all(nodes.map(({ server }) => server.stop()));
      await rm(dir, { recursive: true, force: true });
    };
    const cluster = new RedisCluster(nodes, stop);
    try {
      await cluster.#join();
    } catch (error) {
      await stop();
      throw error;
    }
    return cluster;
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
    const to = this.nodes.slice(0, masters).find((node) => node !== from);
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

  async #join(): Promise<void> {
    const [first] = this.nodes;
    for (const { server } of this.nodes) await first?.client.call("CLUSTER", "MEET", "127.0.0.1", server.port);
    const share = Math.ceil(slots / masters);
    for (const [index, { client }] of this.nodes.slice(0, masters).entries()) {
      const last = Math.min(slots, (index + 1) * share) - 1;
      await client.call("CLUSTER", "ADDSLOTSRANGE", index * share, last);
    }
    await this.#waitForAll(/^cluster_known_nodes:6/m);
    for (const [index, { client }] of this.nodes.slice(masters).entries()) {
      await client.call("CLUSTER", "REPLICATE", this.nodes[index]?.id ?? "");
    }
    await this.#waitForAll(/^cluster_state:ok/m);
    await waitFor(async () => {
      const states = await Promise.all(this.nodes.slice(masters).map(({ client }) => client.info("replication")));
      return states.every((state) => state.includes("master_link_status:up"));
    }, 30_000);
  }

  async #waitForAll(pattern: RegExp): Promise<void> {
    await waitFor(async () => {
      const states = await Promise.all(this.nodes.map(({ client }) => client.call("CLUSTER", "INFO")));
      return states.every((state) => pattern.test(String(state)));
    }, 30_000);
  }
}
