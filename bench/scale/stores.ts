import { join } from "node:path";
import { Redis } from "ioredis";
import { clusterMasters, startRedisCluster } from "../../scripts/stack.js";
import type { CleanUp } from "../clean-up.js";
import type { Environment } from "../environment.js";

/** The Redis that the boards lie on. */
export interface BoardStore {
  readonly title: string;
  /** The value for REDIS_URL. */
  readonly url: string;
  /** A way to each server that has boards. */
  readonly masters: readonly { readonly pid: number; readonly url: string }[];
  readonly replicas: readonly { readonly pid: number }[];
  /** Names of boards that nobody has used before, spread evenly over the masters. */
  nameBoards(count: number): Promise<readonly BoardPlace[]>;
}

export interface BoardPlace {
  readonly board: string;
  /** The server that has it. */
  readonly url: string;
}

export function singleStore({ redis }: Environment): BoardStore {
  return {
    title: "one Redis",
    url: redis.url,
    masters: [redis],
    replicas: [],
    nameBoards: (count) =>
      Promise.resolve(
        Array.from({ length: count }, (_, index) => ({ board: `one-${count}-${index}`, url: redis.url })),
      ),
  };
}

/** Three masters with a replica each. */
export async function startClusterStore({ dir }: Environment, cleanUp: CleanUp): Promise<BoardStore> {
  const args = ["--auto-aof-rewrite-percentage", "0"];
  const cluster = await startRedisCluster({ dir: join(dir, "cluster"), persistent: true, args });
  cleanUp.add(() => cluster.stop());
  const masters = cluster.servers.slice(0, clusterMasters);
  const nameBoards = async (count: number) => {
    const places: BoardPlace[] = [];
    for (let candidate = 0; places.length < count; candidate += 1) {
      const board = `spread-${count}-${candidate}`;
      const wanted = masters[places.length % clusterMasters];
      if (wanted && (await serves(wanted.url, `{${board}}`))) places.push({ board, url: wanted.url });
    }
    return places;
  };
  return {
    title: "six-node cluster",
    url: cluster.url,
    masters,
    replicas: cluster.servers.slice(clusterMasters),
    nameBoards,
  };
}

/** Whether a node serves a key's slot; the others answer MOVED. */
async function serves(url: string, key: string): Promise<boolean> {
  const client = new Redis(url);
  try {
    return await client.exists(key).then(
      () => true,
      () => false,
    );
  } finally {
    client.disconnect();
  }
}
