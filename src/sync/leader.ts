import { Client } from "pg";
import { Obstacle } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import type { DatabaseAddress } from "../ledger/database-url.js";
import { obstacleOf } from "../ledger/postgres-errors.js";
import { cutOff, decideSchema, prepareSession, quoteIdentifier } from "../ledger/session.js";
import { within } from "../timing/deadline.js";

export interface LeaderOptions {
  /** Must lead to one session, not to a pooler that may give each statement another one. */
  address: DatabaseAddress;
  logger: Logger;
}

/**
 * An arbitrary number, the same in every version. Together with the table's id it names the lock, because a database
 * may hold several deployments.
 */
const lockId = 1_487_680_050;
const pingIntervalMs = 1_000;
/** PostgreSQL ends a session that was idle for this long, and with it the lock of a leader that hangs or sleeps. */
const idleTimeoutMs = 3_000;
const connectTimeoutMs = 3_000;
const endTimeoutMs = 300;

/** The session that answered a query. */
interface Session {
  readonly backend: number;
  readonly standby: boolean;
}
const session = "pg_backend_pid() AS backend, pg_is_in_recovery() AS standby";
const pooled =
  "DATABASE_URL is a pooler in transaction mode, which gives the lock to another session; set DATABASE_DIRECT_URL";

/**
 * Lets one worker lead at a time: a session advisory lock on a connection of its own, kept by one ping a second. The
 * lock ends when the process dies, and within 3 s when it sleeps. The fence in `sync_cursor` stops a leader that wakes
 * up later.
 */
export class Leadership {
  readonly #options: LeaderOptions;
  #client: Client | undefined;
  #ping: NodeJS.Timeout | undefined;
  /** The lock moved to another session, so it protects nothing. This process must not lead, and reports why. */
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
    // pg emits an error when an idle connection ends; without a listener it would end the process.
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

/** Closes a connection, but does not wait long for a PostgreSQL that does not answer. */
async function end(client: Client): Promise<void> {
  const goodbye = client.end().catch(() => undefined);
  await within(endTimeoutMs, goodbye, () => cutOff(client));
}
