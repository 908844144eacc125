/**
 * Where imports in src/ point: each sees those below it, and none of its own level. eslint keeps it, for imports of types
 * alone, too; docs/architecture.md shows the same, and a test compares the two.
 */
export const layers = [
  ["main.ts", "cli.ts"],
  ["app", "supervisor.ts"],
  ["config.ts"], // everything below is handed the fields that it needs
  ["transports", "sync", "ingest"],
  ["graphql"],
  ["commands"],
  ["feed", "boards", "ledger", "auth"],
  ["standings", "channels", "fanout"],
  ["redis"],
  ["lifecycle.ts", "version.ts"],
  ["observability"],
  ["timing"],
  ["domain"],
];
