import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../scripts/stack.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { Program } from "../helpers/processes.js";
import { increment } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

/** The code of docs/clients.md, run as it stands there. */

/** Below the project, so that the examples find the packages that they import. */
const folder = join(projectRoot, "node_modules", ".cache", `standings-examples-${process.pid}`);
let stores: Stores;
let app: TestApp;

beforeAll(async () => {
  stores = await startStores();
  app = await startTestApp({ stores });
  const page = await readFile(join(projectRoot, "docs", "clients.md"), "utf8");
  await mkdir(folder, { recursive: true });
  for (const [, name, code] of page.matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms)) {
    await writeFile(join(folder, name ?? ""), code ?? "");
  }
  // Node 20 has no WebSocket of its own.
  await writeFile(
    join(folder, "websocket.ts"),
    'import { WebSocket } from "ws";\nglobalThis.WebSocket ??= WebSocket as never;\n',
  );
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
});
afterAll(async () => {
  await app.stop();
  await stores.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each(["graphql-ws", "apollo-client", "urql", "graphql-sse"])(
  "%s sees the current state, each change, and comes back after a restart of the server",
  async (name) => {
    const program = new Program(["--import", join(folder, "websocket.ts"), join(folder, `${name}.ts`)], {
      STANDINGS_URL: `${app.url}/graphql`,
      STANDINGS_WS_URL: app.wsUrl,
    });
    onTestFinished(() => program.kill());
    const revisions = () =>
      program.stdout
        .split("\n")
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { revision: number }).revision);
    await waitFor(() => revisions().length > 0, 20_000);
    const token = app.token("referee", "service");
    const { revision } = await increment(app, token, { userId: "ada", scoreIncrement: 1 });
    await waitFor(() => revisions().at(-1) === revision);
    await app.restart();
    const after = await increment(app, token, { userId: "ada", scoreIncrement: 1 });
    await waitFor(() => revisions().at(-1) === after.revision, 25_000);
    expect(revisions()).toEqual([...revisions()].sort((a, b) => a - b));
  },
  60_000,
);
