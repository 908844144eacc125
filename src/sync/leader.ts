import type { Socket } from "node:net";
import { Client } from "pg";
import { Obstacle } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import type { DatabaseAddress } from "../ledger/database-url.js";
import { obstacleOf } from "../ledger/postgres-errors.js";
import { decideSchema, prepareSession, quoteIdentifier } from "../ledger/session.js";
import { within } from "../timing/deadline.js";

export interface LeaderOptions {
  /** Leads to one session, and not to a pooler that gives each statement another. */
  address: DatabaseAddress;
  logger: Logger;
}

/** Any number, the same in every version. With the table's own it names the lock: a database may hold several deployments. */
const lockId = 1_487_680_050;
const pingIntervalMs = 1_000;
/** PostgreSQL ends a session that was silent for so long, and with it the lock of a leader that hangs or sleeps. */
const idleTimeoutMs = 3_000;
const connectTimeoutMs = 3_000;
const endTimeoutMs = 1_000;

/** Of the session that answers. */
interface Session {
  readonly backend: number;
  readonly standby: boolean;
}
const session = "pg_backend_pid() AS backend, pg_is_in_recovery() AS standby";
const pooled =
  "DATABASE_URL is a pooler in transaction mode, which gives the lock to another session; set DATABASE_DIRECT_URL";

/**
 * One worker at a time: a session advisory lock on a connection of its own, kept by a ping a second. The lock ends when
 * the process dies, and within 3 s when it sleeps; a leader that wakes up later is held off by the fence in
 * `sync_cursor`.
 */
export class Leadership {
  readonly #options: LeaderOptions;
  #client: Client | undefined;
  #ping: NodeJS.Timeout | undefined;
  /** A lock that is another session's by the next second is none: better no leader, and an operator who hears why. */
  #pooled = false;

  constructor(options: LeaderOptions) {
    this.#options = options;
  }

  get held(): boolean {
    return this.#client !== undefined;
  }

  /** @returns whether this process is the leader now; throws when PostgreSQL can't be asked */
  async acquire(): Promise<boolean> {
    if (this.#client) return true;
    if (this.#pooled) throw new Obstacle(pooled);
    const { address } = this.#options;
    const client = new Client({
      connectionString: address.url,
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
      await prepareSession(client, address, { statementTimeoutMs: idleTimeoutMs, idleTimeoutMs });
      const table = `${quoteIdentifier(await decideSchema(client, address))}.sync_cursor`;
      const { rows } = await client.query<Session & { locked: boolean }>(
        `SELECT pg_try_advisory_lock($1, $2::regclass::oid::int4) AS locked, ${session}`,
        [lockId, table],
      );
      const [row] = rows;
      if (row?.standby) throw new Obstacle("PostgreSQL is a standby that takes no writes");
      if (row?.locked) {
        this.#client = client;
        this.#ping = setInterval(() => this.#keep(client, row.backend), pingIntervalMs);
        return true;
      }
    } catch (error) {
      await end(client);
      throw obstacleOf(error);
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

  #keep(client: Client, backend: number): void {
    client.query<Session>(`SELECT ${session}`).then(
      ({ rows: [now] }) => {
        if (now?.standby) this.#lose(client, new Obstacle("PostgreSQL became a standby"));
        else if (now?.backend !== backend) {
          this.#pooled = true;
          this.#lose(client, new Obstacle(pooled));
        }
      },
      (error: unknown) => this.#lose(client, error),
    );
  }

  #lose(client: Client, error: unknown): void {
    if (this.#client !== client) return;
    const reason = obstacleOf(error);
    const known = reason instanceof Obstacle;
    this.#options.logger.warn(
      known ? { reason: reason.message } : { err: error },
      "lost the lock of the leading worker",
    );
    void this.release();
  }
}

/** Says goodbye, but does not wait long for a PostgreSQL that does not answer. */
async function end(client: Client): Promise<void> {
  const goodbye = client.end().catch(() => undefined);
  await within(endTimeoutMs, goodbye, () => {
    // Not part of pg's types, though documented: the connection and its socket.
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  });
}
