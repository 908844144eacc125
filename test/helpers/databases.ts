import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";

/** A database with roles of its own that belongs to one test, on the server of `startStores`. */
export class TestDatabase {
  readonly #roles: string[] = [];

  private constructor(
    readonly name: string,
    /** Connects as the superuser. */
    readonly url: string,
  ) {}

  /** @param migrated true: the tables exist already */
  static async create(migrated: boolean): Promise<TestDatabase> {
    const templateUrl = inject("templateUrl");
    const name = `test_${randomBytes(8).toString("hex")}`;
    await run(at(templateUrl, "postgres"), `CREATE DATABASE ${name} TEMPLATE ${migrated ? "standings" : "template0"}`);
    return new TestDatabase(name, at(templateUrl, name));
  }

  /** Creates a role with a unique name, as roles belong to the whole server. */
  async createRole(): Promise<string> {
    const role = `role_${randomBytes(8).toString("hex")}`;
    await this.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    this.adoptRole(role);
    return role;
  }

  /** Drops a role, which a test's own SQL created, together with the database. */
  adoptRole(role: string): void {
    this.#roles.push(role);
  }

  urlFor(role: string, password = role): string {
    const url = new URL(this.url);
    url.username = role;
    url.password = password;
    return url.href;
  }

  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return run(this.url, sql, values);
  }

  async drop(): Promise<void> {
    const admin = at(this.url, "postgres");
    await run(admin, `DROP DATABASE ${this.name} WITH (FORCE)`);
    for (const role of this.#roles) await run(admin, `DROP ROLE ${role}`);
  }
}

function at(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function run<Row extends object>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  // A test may give its database timeouts that are meant for the service only.
  const options = "-c statement_timeout=0 -c lock_timeout=0 -c idle_session_timeout=0";
  const client = new Client({ connectionString: url, options });
  await client.connect();
  try {
    return (await (values.length > 0 ? client.query<Row>(sql, values) : client.query<Row>(sql))).rows;
  } finally {
    await client.end();
  }
}
