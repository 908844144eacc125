import { PrismaPg } from "@prisma/adapter-pg";
import { Pool, type ClientBase, type QueryResult } from "pg";
import { Obstacle } from "../domain/errors.js";
import type { Service } from "../lifecycle.js";
import { noTraces, tracedBelow, type Attributes, type Traces } from "../observability/traces.js";
import { tracedAttributes, type DatabaseAddress } from "./database-url.js";
import { isAway, obstacleOf } from "./postgres-errors.js";
import { PrismaClient } from "#prisma-client";
import { cutOff, decideSchema, prepareSession, quoteIdentifier } from "./session.js";
import type { Parameters, Statement } from "./statement.js";
import { within } from "../timing/deadline.js";

export interface DatabaseObserver {
  /** A statement from a file was answered. */
  onDone(statement: string, seconds: number): void;
  /** A statement from a file failed or got no answer. */
  onFailed(statement: string): void;
}

export interface DatabaseOptions {
  address: DatabaseAddress;
  /** How long anything may wait for PostgreSQL. */
  statementTimeoutMs: number;
  /**
   * Whether to refuse a standby. After a fail-over the name may lead to a standby for a while, and connections that
   * were opened then would stay on it.
   */
  refuseStandby?: boolean;
  observer?: DatabaseObserver;
  /** Statements from files that belong to a trace are shown there by their names. */
  traces?: Traces;
}

const connectTimeoutMs = 3_000;
const poolSize = 4;
const stopTimeoutMs = 1_000;

/**
 * The connections to PostgreSQL. Prisma's client is for typed calls. Statements from files go to the driver: Prisma
 * takes several times as long for their arrays.
 */
export class Database implements Service {
  readonly name = "database";
  readonly prisma: PrismaClient;
  readonly #pool: Pool;
  readonly #clients = new Set<ClientBase>();
  readonly #address: DatabaseAddress;
  readonly #observer: DatabaseObserver | undefined;
  readonly #traces: Traces;
  readonly #attributes: Attributes;
  #schema: string | undefined;
  #answers = true;

  constructor({ address, statementTimeoutMs, refuseStandby = false, observer, traces = noTraces }: DatabaseOptions) {
    const pool = new Pool({
      connectionString: address.url,
      max: poolSize,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: statementTimeoutMs,
      application_name: "standings",
      // The pool waits for this before it hands a connection out, and ends it when this fails; its types don't say so.
      // eslint-disable-next-line @typescript-eslint/no-misused-promises
      onConnect: async (client) => {
        this.#clients.add(client);
        await prepareSession(client, address, { statementTimeoutMs });
        if (refuseStandby) await refuseStandbyServer(client);
      },
    });
    // An error of an idle connection, which the pool has dropped already.
    pool.on("error", () => undefined);
    pool.on("remove", (client) => void this.#clients.delete(client));
    this.#pool = pool;
    this.#address = address;
    this.#observer = observer;
    this.#traces = traces;
    this.#attributes = tracedAttributes(address);
    this.prisma = new PrismaClient({
      adapter: {
        provider: "postgres",
        adapterName: "@prisma/adapter-pg",
        // Prisma calls this with its first statement, and again after a failure.
        connect: async () => {
          const schema = await this.#decideSchema();
          // Prisma puts quotes around the name, but does not double quotes within it.
          return new PrismaPg(pool, { schema: schema.slice(1, -1) }).connect();
        },
      },
    });
  }

  /** Does nothing: connections are opened on first use, so that a worker can start while PostgreSQL is down. */
  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Waits a while for the statements under way, and no longer: PostgreSQL may never answer them. */
  async stop(): Promise<void> {
    await this.prisma.$disconnect();
    const ended = this.#pool.end();
    await within(stopTimeoutMs, ended, () => this.#clients.forEach(cutOff));
    await ended;
  }

  /** Whether PostgreSQL answered the last time that it was asked; true before. */
  get answers(): boolean {
    return this.#answers;
  }

  get connections(): { inUse: number; waiting: number; limit: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { inUse: totalCount - idleCount, waiting: waitingCount, limit: poolSize };
  }

  /**
   * The client for typed calls. Cheap once connected.
   *
   * @throws Obstacle when PostgreSQL does not answer
   */
  async connect(): Promise<PrismaClient> {
    try {
      await this.prisma.$connect();
      return this.prisma;
    } catch (error) {
      throw this.#judge(error);
    }
  }

  /**
   * The schema of our tables, quoted. One round trip, the first time.
   *
   * @throws Obstacle when PostgreSQL does not answer
   */
  async schema(): Promise<string> {
    try {
      return await this.#decideSchema();
    } catch (error) {
      throw this.#judge(error);
    }
  }

  async #decideSchema(): Promise<string> {
    this.#schema ??= quoteIdentifier(await decideSchema(this.#pool, this.#address));
    return this.#schema;
  }

  /**
   * One round trip. BIGINTs come as texts.
   *
   * @throws Obstacle when PostgreSQL does not answer or refuses the statement; `refusalOf` tells a refusal of the data
   */
  async query<Row extends object>(statement: Statement<Row>, parameters: Parameters): Promise<Row[]> {
    return (await this.#send(statement, parameters)).rows;
  }

  /**
   * As `query`, for a statement that returns no rows.
   *
   * @returns how many rows were written
   */
  async execute(statement: Statement<never>, parameters: Parameters): Promise<number> {
    return (await this.#send(statement, parameters)).rowCount ?? 0;
  }

  /** The statements have no names, because a pooler may give each of them another session. */
  async #send<Row extends object>(statement: Statement<Row>, parameters: Parameters): Promise<QueryResult<Row>> {
    const text = statement.text(await this.schema());
    const began = performance.now();
    try {
      const attributes = { ...this.#attributes, "db.query.summary": statement.name };
      const send = () => this.#pool.query<Row>(text, statement.values(parameters));
      const result = await tracedBelow(this.#traces, statement.name, { kind: "client", attributes }, send);
      this.#answers = true;
      this.#observer?.onDone(statement.name, (performance.now() - began) / 1000);
      return result;
    } catch (error) {
      this.#observer?.onFailed(statement.name);
      throw this.#judge(error);
    }
  }

  /** @throws Obstacle when PostgreSQL does not answer, or accepts no writes */
  async ping(): Promise<void> {
    try {
      await refuseStandbyServer(this.#pool);
      this.#answers = true;
    } catch (error) {
      throw this.#judge(error);
    }
  }

  #judge(error: unknown): unknown {
    this.#answers = !isAway(error);
    return obstacleOf(error);
  }
}

async function refuseStandbyServer(database: ClientBase | Pool): Promise<void> {
  const { rows } = await database.query<{ standby: boolean }>("SELECT pg_is_in_recovery() AS standby");
  if (rows[0]?.standby) throw new Obstacle("PostgreSQL is a standby that takes no writes (DATABASE_URL)");
}
