import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";

// Vite would load graphql's `module` build, but Node (hence Apollo) loads `main`: two copies with different classes.
const graphqlAlias = {
  find: /^graphql$/,
  replacement: fileURLToPath(import.meta.resolve("graphql")),
};

const stores = "test/helpers/global-setup.ts";

/**
 * `npx vitest --project unit` needs no store and takes seconds. `npm test` runs the first three projects. The others have
 * commands of their own: "outages" because of its length, the rest as not every machine has the programs that they need.
 */
export default defineConfig({
  test: {
    // Most files start a Redis of their own; more workers than cores only make all of them slower.
    maxWorkers: 2,
    projects: [
      project("unit", { globalSetup: ["test/helpers/prisma-client.ts"] }),
      project("integration", { globalSetup: [stores] }),
      project("faults", { globalSetup: [stores] }),
      project("outages", { globalSetup: [stores] }),
      project("browser", {
        globalSetup: ["test/browser/require-chromium.ts", stores, "test/browser/build-pages.ts"],
        testTimeout: 60_000,
        // One Chromium at a time: on a small machine, two slow each other down until their waits time out.
        fileParallelism: false,
      }),
      project("broker", {
        globalSetup: ["test/broker/helpers/require-broker.ts", stores],
        testTimeout: 60_000,
        hookTimeout: 120_000,
        // Each file starts a broker of its own, which keeps two cores busy for seconds.
        fileParallelism: false,
      }),
      project("fuzz", { globalSetup: [stores, "test/browser/build-pages.ts"], testTimeout: 240_000 }),
      project("proxy", { globalSetup: [stores], testTimeout: 60_000 }),
      project("monitoring", {
        globalSetup: ["test/monitoring/helpers/require-prometheus.ts", stores],
        testTimeout: 120_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
    ],
  },
});

type ProjectOptions = Extract<TestProjectConfiguration, { test?: unknown }>["test"];

/** The files of `test/<name>/`. */
function project(name: string, options: ProjectOptions): TestProjectConfiguration {
  return {
    resolve: { alias: [graphqlAlias] },
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: 30_000,
      hookTimeout: 60_000,
      pool: "forks",
      // Nothing here works on import or keeps state in a module, so a file may find modules loaded. It saves a third of
      // the processor time.
      isolate: false,
      ...options,
    },
  };
}
