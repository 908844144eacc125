import { PrismaPg } from "@prisma/adapter-pg";
import type { Service } from "../lifecycle.js";
import { Prisma, PrismaClient } from "./prisma/client.js";

/** PostgreSQL took offence at the data itself: sending the same again would give the same answer. */
export class RefusedByPostgres extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "RefusedByPostgres";
  }
}

const connectTimeoutMs = 3_000;
const poolSize = 4;

/** The connections to PostgreSQL. Only the files of this folder see Prisma. */
export class Database implements Service {
  readonly name = "database";
  readonly prisma: PrismaClient;

  /** @param statementTimeoutMs how long anything may wait for PostgreSQL */
  constructor(databaseUrl: string, statementTimeoutMs: number) {
    const adapter = new PrismaPg({
      connectionString: databaseUrl,
      max: poolSize,
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs,
      application_name: "standings",
    });
    this.prisma = new PrismaClient({ adapter });
  }

  /** Connects on first use: a worker starts while PostgreSQL is away, and waits for it. */
  start(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.prisma.$disconnect();
  }

  async ping(): Promise<void> {
    await this.prisma.$queryRaw`SELECT 1`;
  }
}

/** The SQLSTATE classes for data that does not fit: data exception, integrity constraint, program limit (an index row). */
const dataStates = /^(22|23|54)/;

/** What PostgreSQL said when it refused the data; undefined when something else went wrong. */
export function refusalOf(error: unknown): RefusedByPostgres | undefined {
  if (error instanceof RefusedByPostgres) return error;
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
  // Prisma does not declare what an adapter's error holds.
  const adapterError = error.meta?.driverAdapterError as
    { cause?: { originalCode?: string; originalMessage?: string } } | undefined;
  const { originalCode = "", originalMessage = error.message } = adapterError?.cause ?? {};
  return dataStates.test(originalCode) ? new RefusedByPostgres(originalMessage, { cause: error }) : undefined;
}
