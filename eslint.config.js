import eslint from "@eslint/js";
import graphql from "@graphql-eslint/eslint-plugin";
import { createNodeResolver, flatConfigs as importX } from "eslint-plugin-import-x";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { layers } from "./layers.js";

/** Packages and generated code that only some files of src/ may import, so that they stay visible and replaceable. */
const homes = [
  {
    name: "Prisma",
    imports: /^(@prisma\/|#prisma-client$)/,
    home: ["ledger/"],
  },
  { name: "PostgreSQL's driver", imports: /^pg$/, home: ["ledger/", "sync/leader.ts"] },
  { name: "Redis' driver", imports: /^ioredis$/, home: ["redis/"] },
  { name: "RabbitMQ's driver", imports: /^rabbitmq-client$/, home: ["ingest/"] },
  { name: "RedisPubSub", imports: /^graphql-redis-subscriptions$/, home: ["channels/channels.ts"] },
  { name: "Apollo", imports: /^@apollo\//, home: ["graphql/errors.ts", "transports/graphql/"] },
  {
    name: "GraphQL",
    imports: /^(graphql|graphql-ws|graphql-jit|graphql-scalars|@graphql-tools\/.*)$/,
    home: ["graphql/", "transports/graphql/", "app/graphql.ts"],
  },
  { name: "WebSocket", imports: /^ws$/, home: ["transports/graphql/", "fanout/viewer-socket.ts"] },
  {
    name: "Fastify",
    imports: /^(fastify|@fastify\/.*|@as-integrations\/.*)$/,
    home: ["transports/", "app/graphql.ts"],
  },
  { name: "Signing and verifying", imports: /^(jsonwebtoken|jose)$/, home: ["auth/"] },
  {
    name: "prom-client",
    imports: /^prom-client$/,
    // Each room declares its own instruments; observability/ gathers them.
    home: [
      ...["observability", "redis", "standings", "fanout", "feed", "auth", "ledger"],
      ...["commands", "ingest", "sync", "transports"],
    ].map((room) => `${room}/metrics.ts`),
  },
  {
    name: "OpenTelemetry",
    imports: /^@opentelemetry\//,
    // Loaded only where traces are on.
    home: ["observability/otlp-provider.ts", "observability/otlp-traces.ts"],
  },
  { name: "croner", imports: /^croner$/, home: ["domain/season-schedule.ts"] },
  { name: "pino", imports: /^pino(-pretty)?$/, home: ["observability/logger.ts"] },
  { name: "The process", imports: /^(node:)?process$/, home: [] },
];

const noEnvironment = {
  object: "process",
  property: "env",
  message: "The entry points read the environment through config.ts; take the value as a parameter.",
};
const noExit = {
  object: "process",
  property: "exit",
  message: "Only an entry point ends the process: throw, or return an exit code to it.",
};

export default defineConfig(
  globalIgnores(["**/dist/", ".data/", "src/graphql/generated.ts", "web/src/gql/"]),

  {
    files: ["**/*.{js,mjs,ts,tsx}"],
    extends: [eslint.configs.recommended],
    plugins: importX.recommended.plugins,
    languageOptions: { globals: nodeGlobals() },
    linterOptions: { reportUnusedDisableDirectives: "error", reportUnusedInlineConfigs: "error" },
    settings: {
      "import-x/extensions": [".ts", ".tsx", ".js", ".mjs"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts", ".tsx"] },
      "import-x/resolver-next": [
        createNodeResolver({
          extensions: [".ts", ".tsx", ".js", ".mjs"],
          extensionAlias: { ".js": [".ts", ".tsx", ".js"] },
          conditionNames: ["node", "import", "default"],
        }),
      ],
    },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-lines": ["error", { max: 300 }],
      "no-restricted-properties": ["error", noExit],
      "import-x/no-duplicates": ["error", { "prefer-inline": true }],
      "import-x/no-mutable-exports": "error",
      "import-x/no-restricted-paths": [
        "error",
        { basePath: import.meta.dirname, zones: [...layerZones(), ...folderZones()] },
      ],
    },
  },

  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/prefer-readonly": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // A number needs no conversion in a message.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => log("…")` says "do this" without a pair of braces.
      "@typescript-eslint/no-confusing-void-expression": "off",
    },
  },
  {
    // Code that these tests run inside the page uses browser types, which the tests are compiled without.
    files: ["test/browser/**/*.ts"],
    rules: Object.fromEntries(
      ["argument", "assignment", "call", "member-access", "return"].map((use) => [
        `@typescript-eslint/no-unsafe-${use}`,
        "off",
      ]),
    ),
  },

  {
    files: ["src/**/*.ts"],
    rules: {
      "no-console": "error",
      "no-restricted-properties": ["error", noExit, noEnvironment],
      // Production installs `dependencies` only, not `devDependencies`.
      "import-x/no-extraneous-dependencies": ["error", { devDependencies: false, includeTypes: true }],
    },
  },
  packageRule("src/**/*.ts", ""),
  ...[...new Set(homes.flatMap(({ home }) => home))].sort().map((home) => packageRule(globOf(home), home)),

  { files: ["web/src/**/*.{ts,tsx}"], rules: { "no-restricted-properties": ["error", noEnvironment] } },

  {
    // GraphQL's own validation, then the conventions of GraphQL's and Relay's teams as far as they fit: rows are no
    // nodes with an id, and lists are paged forwards only.
    files: ["schema.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: "schema.graphql" } } },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      "@graphql-eslint/require-description": [
        "error",
        { types: true, FieldDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true, rootField: true },
      ],
      "@graphql-eslint/no-scalar-result-type-on-mutation": "error",
      "@graphql-eslint/require-nullable-fields-with-oneof": "error",
      "@graphql-eslint/description-style": "off",
      "@graphql-eslint/strict-id-in-types": "off",
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },

  // The entry points.
  {
    files: [
      "src/main.ts",
      "src/cli.ts",
      "scripts/run-script.ts",
      "scripts/bootstrap.mjs",
      "scripts/install.mjs",
      ".ci/*",
    ],
    rules: { "no-restricted-properties": "off" },
  },
);

function layerZones() {
  const zones = layers.flatMap((layer, level) => {
    const above = layers.slice(0, level).flat();
    return layer.map((name) => ({
      target: `src/${name}`,
      from: [...above, ...layer.filter((sibling) => sibling !== name)].map((path) => `src/${path}`),
      message: `Imports run one way (docs/architecture.md): src/${name} sees only what is below it.`,
    }));
  });
  return zones.filter(({ from }) => from.length > 0);
}

/** The service imports nothing from the folders around it, and the page is a client like any other. */
function folderZones() {
  const outside = "Benchmarks see the service from outside, like its peers.";
  const storageRooms = ["auth/sign-token.ts", "domain", "ledger", "observability", "redis", "standings", "sync"];
  return [
    { target: "src", from: ["scripts", "test", "bench", "web", ".ci"], message: "The service stands alone." },
    {
      target: "web",
      from: ["src", "scripts", "test", "bench", ".ci"],
      message: "The page knows the service by its schema only.",
    },
    { target: "scripts", from: ["test", "bench", ".ci"], message: "Scripts also run where these folders are missing." },
    { target: ["test", ".ci"], from: ["bench"], message: "Nothing may depend on the benchmarks." },
    { target: "bench", from: ["test", "web", ".ci"], message: outside },
    // Making tokens is an authentication service's task, so the benchmarks may sign their own.
    {
      target: ["bench/*.ts", "bench/!(storage|write|scale)/**"],
      from: ["src"],
      except: ["auth/sign-token.ts"],
      message: outside,
    },
    {
      target: ["bench/storage", "bench/write", "bench/scale"],
      from: ["src"],
      except: storageRooms,
      message: "These benchmarks measure the stores alone, without a server around them.",
    },
  ];
}

/** Forbids the files of `glob` to import a package whose homes are elsewhere. */
function packageRule(glob, place) {
  const patterns = homes
    .filter(({ home }) => !home.some((allowed) => place.startsWith(allowed)))
    .map(({ name, imports, home }) => ({
      regex: imports.source,
      message: `${name} is for ${home.map((path) => `src/${path}`).join(", ") || "no file of src/"} only.`,
    }));
  return { files: [glob], rules: { "no-restricted-imports": ["error", { patterns }] } };
}

/** The globals that plain JavaScript may use here; in TypeScript the compiler checks them. */
function nodeGlobals() {
  const names = ["clearInterval", "clearTimeout", "console", "fetch", "process", "setInterval", "setTimeout", "URL"];
  return Object.fromEntries(names.map((name) => [name, "readonly"]));
}

function globOf(home) {
  return home.endsWith("/") ? `src/${home}**` : `src/${home}`;
}
