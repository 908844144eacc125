import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { Logger } from "../logger.js";

export interface LeaderOptions {
  databaseUrl: string;
  logger: Logger;
}

/** Any number, the same in every version: two workers of one database must mean the same lock. */
const lockId = 5_782_647_346;
const pingIntervalMs = 1_000;
/** PostgreSQL ends a session that was silent for so long, and with it the lock of a leader that hangs or sleeps. */
const idleTimeoutMs = 3_000;
const connectTimeoutMs = 3_000;
const endTimeoutMs = 1_000;

/**
 * One worker at a time: a session advisory lock on a connection of its own, kept by a ping a second. The lock ends when
 * the process dies, and within 3 s when it sleeps; a leader that wakes up later is held off by the fence in
 * `sync_cursor`.
 */
export class Leadership {
  readonly #options: LeaderOptions;
  #client: Client | undefined;
  #ping: NodeJS.Timeout | undefined;

  constructor(options: LeaderOptions) {
    this.#options = options;
  }

  get held(): boolean {
    return this.#client !== undefined;
  }

  /** @returns whether this process is the leader now; throws when PostgreSQL can't be asked */
  async acquire(): Promise<boolean> {
    if (this.#client) return true;
    const client = new Client({
      connectionString: this.#options.databaseUrl,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: idleTimeoutMs,
      application_name: "standings-leader",
      keepAlive: true,
    });
    // pg emits what ends an idle connection; unheard it would end the process.
    client.on("error", (error) => this.#lose(client, error));
    client.on("end", () => this.#lose(client, undefined));
    try {
      await client.connect();
      await client.query(`SET idle_session_timeout = ${idleTimeoutMs}`);
      const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [lockId]);
      if (rows[0]?.locked) {
        this.#client = client;
        this.#ping = setInterval(() => this.#keep(client), pingIntervalMs);
        return true;
      }
    } catch (error) {
      await end(client);
      throw error;
    }
    await end(client);
    return false;
  }

  async release(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    clearInterval(this.#ping);
    if (client) await end(client);
  }

  #keep(client: Client): void {
    client.query("SELECT 1").catch((error: unknown) => this.#lose(client, error));
  }

  #lose(client: Client, error: unknown): void {
    if (this.#client !== client) return;
    this.#options.logger.warn({ err: error }, "lost the lock of the leading worker");
    void this.release();
  }
}

/** Says goodbye, but does not wait long for a PostgreSQL that does not answer. */
async function end(client: Client): Promise<void> {
  const goodbye = client.end().catch(() => undefined);
  const inTime = await Promise.race([goodbye.then(() => true), delay(endTimeoutMs, false, { ref: false })]);
  // Not part of pg's types, though documented: the connection and its socket.
  if (!inTime) (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
}
