/**
 * The order of imports in src/: each level sees the levels below it, and nothing of its own level. eslint enforces
 * this, also for imports of types alone. docs/architecture.md shows the same order, and a test compares the two.
 */
export const layers = [
  ["main.ts", "cli.ts"],
  ["app", "supervisor.ts"],
  ["config"], // code below receives the fields that it needs
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
