import { PrismaPg } from "@prisma/adapter-pg";
import { Pool, type ClientBase } from "pg";
import { Obstacle } from "../domain/errors.js";
import type { Service } from "../lifecycle.js";
import type { DatabaseAddress } from "./database-url.js";
import { obstacleOf } from "./postgres-errors.js";
import { Prisma, PrismaClient } from "#prisma-client";
import { decideSchema, prepareSession, quoteIdentifier } from "./session.js";

export interface DatabaseOptions {
  address: DatabaseAddress;
  /** How long anything may wait for PostgreSQL. */
  statementTimeoutMs: number;
  /**
   * Whether a standby is of no use. After a fail-over behind one name it may still lead to one for a while, and connections
   * that were opened then would stay there.
   */
  refuseStandby?: boolean;
}

/** The tables under their full names, for raw SQL; no statement depends on a session's search path. */
export interface Tables {
  /** Quoted. */
  readonly schema: string;
  readonly userScores: Prisma.Sql;
  readonly scoreEvents: Prisma.Sql;
  readonly rejectedEvents: Prisma.Sql;
  readonly syncCursor: Prisma.Sql;
}

const connectTimeoutMs = 3_000;
const poolSize = 4;

/** The connections to PostgreSQL. Only the files of this folder see Prisma. */
export class Database implements Service {
  readonly name = "database";
  readonly prisma: PrismaClient;
  readonly #pool: Pool;
  #tables: Tables | undefined;

  constructor({ address, statementTimeoutMs, refuseStandby = false }: DatabaseOptions) {
    const pool = new Pool({
      connectionString: address.url,
      max: poolSize,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: statementTimeoutMs,
      application_name: "standings",
      // The pool hands a connection out when this is done, and ends it when this fails; its types don't say so.
      // eslint-disable-next-line @typescript-eslint/no-misused-promises
      onConnect: async (client) => {
        await prepareSession(client, address, { statementTimeoutMs });
        if (refuseStandby) await refuseStandbyServer(client);
      },
    });
    // Of a connection that nobody uses; the pool has dropped it.
    pool.on("error", () => undefined);
    this.#pool = pool;
    this.prisma = new PrismaClient({
      adapter: {
        provider: "postgres",
        adapterName: "@prisma/adapter-pg",
        // Prisma asks for this with its first statement, and again when it failed.
        connect: async () => {
          const schema = await decideSchema(pool, address);
          this.#tables = tablesOf(schema);
          return new PrismaPg(pool, { schema }).connect();
        },
      },
    });
  }

  /** Connects on first use: a worker starts while PostgreSQL is away, and waits for it. */
  start(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.prisma.$disconnect();
    await this.#pool.end();
  }

  async tables(): Promise<Tables> {
    try {
      await this.prisma.$connect();
    } catch (error) {
      throw obstacleOf(error);
    }
    if (!this.#tables) throw new Error("Prisma connected without asking us");
    return this.#tables;
  }

  /** @throws Obstacle when PostgreSQL does not answer, or takes no writes */
  async ping(): Promise<void> {
    try {
      await refuseStandbyServer(this.#pool);
    } catch (error) {
      throw obstacleOf(error);
    }
  }
}

async function refuseStandbyServer(database: ClientBase | Pool): Promise<void> {
  const { rows } = await database.query<{ standby: boolean }>("SELECT pg_is_in_recovery() AS standby");
  if (rows[0]?.standby) throw new Obstacle("PostgreSQL is a standby that takes no writes (DATABASE_URL)");
}

function tablesOf(name: string): Tables {
  const schema = quoteIdentifier(name);
  const table = (tableName: string) => Prisma.raw(`${schema}."${tableName}"`);
  return {
    schema,
    userScores: table("user_scores"),
    scoreEvents: table("score_events"),
    rejectedEvents: table("rejected_events"),
    syncCursor: table("sync_cursor"),
  };
}
