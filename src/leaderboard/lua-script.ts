import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Cluster, Redis } from "ioredis";

import type { Score, ScoreRow, UserId } from "./types.js";

export type RedisClient = Redis | Cluster;

/** A Lua script beside its caller, sent by its hash, and in full when the server does not know it (yet, or any more). */
export class LuaScript {
  readonly #source: string;
  readonly #sha: string;

  /** @param fileName of a script in this folder */
  constructor(fileName: string) {
    this.#source = readFileSync(new URL(fileName, import.meta.url), "utf8");
    this.#sha = createHash("sha1").update(this.#source).digest("hex");
  }

  /** One round trip, two after a restart of the server. NOSCRIPT means that nothing was run: sending again is safe. */
  async run(client: RedisClient, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await client.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return client.eval(this.#source, keys.length, ...keys, ...args);
    }
  }
}

/** Members with their scores as Redis lists them, flat. */
export function toRows(flat: readonly string[]): ScoreRow[] {
  const rows: ScoreRow[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    rows.push({ userId: flat[index] as UserId, score: Number(flat[index + 1]) as Score });
  }
  return rows;
}
