import { defineConfig } from "vitest/config";

/** The built pages in a real browser: `npm run test:browser`. Apart from `npm test`, as not every machine has Chromium. */
export default defineConfig({
  // Node resolves graphql to its CommonJS build, Vite would take its ES modules: two copies refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/helpers/global-setup.ts", "test/browser/build-pages.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One Chromium at a time: on a small machine two make each other's waits time out.
    fileParallelism: false,
  },
});
