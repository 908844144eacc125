import { defineConfig } from "vitest/config";
import { graphqlAlias } from "./vitest.config.js";

/**
 * The service behind real programs that stand before it or its database (nginx, PgBouncer): `npm run test:proxy`. Apart
 * from `npm test`, as not every machine has these.
 */
export default defineConfig({
  resolve: { alias: [graphqlAlias] },
  test: {
    include: ["test/proxy/**/*.test.ts"],
    globalSetup: ["test/helpers/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: "forks",
  },
});
