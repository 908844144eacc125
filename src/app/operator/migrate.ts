import { parseArgs } from "node:util";
import { parseVariables } from "../../config/config.js";
import { databaseAddresses } from "../../ledger/database-url.js";
import { applyMigrations } from "../../ledger/migrations.js";
import type { Command } from "./command.js";

/** Brings the database to the newest schema. */
export const migrate: Command = {
  usage: `usage: cli.js migrate

Brings the database of DATABASE_DIRECT_URL, or else of DATABASE_URL, to the newest schema. Safe to run twice, and from two
places at once.
`,
  failureCode: 1,
  async run({ args, env, print }) {
    parseArgs({ args: [...args], options: {} });
    const variables = parseVariables(env, ["DATABASE_URL", "DATABASE_DIRECT_URL"]);
    const { direct } = databaseAddresses(variables.DATABASE_URL, variables.DATABASE_DIRECT_URL);
    const applied = await applyMigrations(direct);
    for (const name of applied) print(`applied ${name}`);
    print(applied.length === 0 ? "the schema is up to date" : `${applied.length} applied`);
    return 0;
  },
};
