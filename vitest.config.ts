import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Vite would take graphql's `module` build where Node, and so Apollo, takes `main`: two copies, whose classes differ.
export const graphqlAlias = {
  find: /^graphql$/,
  replacement: fileURLToPath(import.meta.resolve("graphql")),
};

export default defineConfig({
  resolve: { alias: [graphqlAlias] },
  test: {
    include: ["test/{unit,integration,faults}/**/*.test.ts"],
    globalSetup: ["test/helpers/global-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Each file starts a Redis of its own; more at once than there are cores only makes all of them slower.
    maxWorkers: 2,
    pool: "forks",
  },
});
