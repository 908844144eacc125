import { defineConfig } from "vitest/config";
import { graphqlAlias } from "./vitest.config.js";

/** Increments by way of a real RabbitMQ: `npm run test:broker`. Apart from `npm test`, as not every machine has one. */
export default defineConfig({
  resolve: { alias: [graphqlAlias] },
  test: {
    include: ["test/broker/**/*.test.ts"],
    globalSetup: ["test/broker/helpers/require-broker.ts", "test/helpers/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Each file starts a broker of its own, which keeps two cores busy for seconds.
    fileParallelism: false,
    pool: "forks",
  },
});
