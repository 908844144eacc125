import { cp, readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";

/**
 * Redis 7's append-only files: a manifest, a base, and increments, the last of which is being written. Only that last
 * one may end anywhere (aof-load-truncated); Redis refuses to start on any other damage.
 */
export class AppendOnlyFiles {
  readonly #dir: string;

  /** @param redisDir where Redis keeps its data */
  constructor(redisDir: string) {
    this.#dir = join(redisDir, "appendonlydir");
  }

  /** Bytes in the increment that is being written. */
  async size(): Promise<number> {
    return (await stat(await this.#last())).size;
  }

  /** Call it only while Redis is down. */
  async truncate(size: number): Promise<void> {
    await truncate(await this.#last(), size);
  }

  /** Call it only while Redis is down. */
  async remove(): Promise<void> {
    await rm(this.#dir, { recursive: true });
  }

  /** May be called while Redis writes: a copy of an append-only file is a beginning of that file. */
  async copyTo(dir: string): Promise<void> {
    await rm(dir, { recursive: true, force: true });
    await cp(this.#dir, dir, { recursive: true });
  }

  /** Call it only while Redis is down. */
  async replaceBy(dir: string): Promise<void> {
    await this.remove();
    await cp(dir, this.#dir, { recursive: true });
  }

  async #last(): Promise<string> {
    const names = (await readdir(this.#dir)).filter((name) => name.endsWith(".incr.aof"));
    const newest = names.sort((a, b) => numberOf(a) - numberOf(b)).at(-1);
    if (newest === undefined) throw new Error(`${this.#dir} has no increment`);
    return join(this.#dir, newest);
  }
}

/** `appendonly.aof.12.incr.aof` */
function numberOf(name: string): number {
  return Number(name.split(".").at(-3));
}
