import { applyMigrations } from "./migrations.js";
import { parseVariables } from "../src/config.js";
import { runScript } from "./run-script.js";

// `npm run migrate`: brings DATABASE_URL to the newest schema.
await runScript(async () => {
  const { DATABASE_URL } = parseVariables(process.env, ["DATABASE_URL"]);
  const applied = await applyMigrations(DATABASE_URL);
  for (const name of applied) process.stdout.write(`applied ${name}\n`);
  process.stdout.write(applied.length === 0 ? "the schema is up to date\n" : `${applied.length} applied\n`);
  return 0;
});
