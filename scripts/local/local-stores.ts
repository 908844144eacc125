import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../run-program.js";
import { projectRoot, startPostgres, startRedis } from "../stack.js";
import { endLeftover } from "../stack/server-process.js";
import type { Part } from "./part.js";

export interface LocalStoresOptions {
  /** The folder for the data; created when missing. */
  dir: string;
  /** The stores to use instead of private ones. */
  redisUrl?: string | undefined;
  databaseUrl?: string | undefined;
  /** Ends a start that is under way. */
  signal: AbortSignal;
}

/** A private Redis and a private, migrated PostgreSQL that keep their data in one folder. */
export class LocalStores {
  readonly parts: Part[] = [];

  constructor(private readonly options: LocalStoresOptions) {}

  async start(): Promise<{ redisUrl: string; databaseUrl: string }> {
    const redisUrl = this.options.redisUrl ?? (await this.#startRedis());
    const databaseUrl = this.options.databaseUrl ?? (await this.#startPostgres());
    console.log("Migrating the database…");
    await runProgram("The migration", ["scripts/bootstrap.mjs", "migrate"], {
      cwd: projectRoot,
      env: { ...process.env, DATABASE_URL: databaseUrl },
      signal: this.options.signal,
      output: "on failure",
    });
    return { redisUrl, databaseUrl };
  }

  async stop(): Promise<void> {
    await Promise.all(this.parts.map((store) => store.stop()));
  }

  /** Deletes the whole folder. Call it only before the start. */
  async forget(): Promise<void> {
    // A killed run may have left servers that are still stopping; they would write into the new folder.
    const { dir } = this.options;
    const records = [dir, this.#redisDir, this.#postgresDir].map((folder) => join(folder, "server-process"));
    await Promise.all(records.map((record) => endLeftover(record, "SIGKILL")));
    await rm(dir, { recursive: true, force: true });
  }

  async #startRedis(): Promise<string> {
    this.options.signal.throwIfAborted();
    console.log("Starting Redis…");
    const redis = await startRedis({ dir: this.#redisDir, persistent: true, log: console.log });
    this.parts.push(redis);
    return redis.url;
  }

  async #startPostgres(): Promise<string> {
    this.options.signal.throwIfAborted();
    console.log("Starting PostgreSQL…");
    const postgres = await startPostgres({ dir: this.#postgresDir, log: console.log });
    this.parts.push(postgres);
    return postgres.url;
  }

  get #redisDir(): string {
    return join(this.options.dir, "redis");
  }

  get #postgresDir(): string {
    return join(this.options.dir, "postgres");
  }
}
