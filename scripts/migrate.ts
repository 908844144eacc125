import { applyMigrations } from "./migrations.js";
import { parseVariables } from "../src/config.js";
import { databaseAddresses } from "../src/ledger/database-url.js";
import { runScript } from "./run-script.js";

// `npm run migrate`: brings the database to the newest schema.
await runScript(async () => {
  const env = parseVariables(process.env, ["DATABASE_URL", "DATABASE_DIRECT_URL"]);
  const applied = await applyMigrations(databaseAddresses(env.DATABASE_URL, env.DATABASE_DIRECT_URL).direct);
  for (const name of applied) process.stdout.write(`applied ${name}\n`);
  process.stdout.write(applied.length === 0 ? "the schema is up to date\n" : `${applied.length} applied\n`);
  return 0;
});
