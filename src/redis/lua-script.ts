import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RedisClient } from "./client.js";

const includeLine = /^-- @include (\S+)$/gm;

/**
 * A Lua script. It is sent by its hash, and in full when the server does not know it. A line `-- @include name.lua` is
 * replaced by that file of the folder `include` beside the script.
 */
export class LuaScript {
  readonly #source: string;
  readonly #sha: string;

  constructor(file: URL) {
    this.#source = readFileSync(file, "utf8").replace(includeLine, (_line, name: string) =>
      readFileSync(new URL(`include/${name}`, file), "utf8").trimEnd(),
    );
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
