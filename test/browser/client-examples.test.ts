import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import react from "@vitejs/plugin-react";
import type { Browser } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findFreePort, projectRoot } from "../../scripts/stack.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { atAddress, readClientExamples, writeProject, type ExampleProject } from "../helpers/client-examples.js";
import { launchChromium, newPage, shownRows } from "./chromium.js";
import { increment } from "./increment.js";

/*
 * Tests the React application of docs/clients.md, pasted into a new Vite project: Vite serves it on its own port,
 * Chromium shows it, and it is type-checked together with its generated types.
 */

const sources = ["addresses.ts", "retry.ts", "socket.ts", "apollo.ts", "Scoreboard.tsx", "main.tsx", "points.ts"];

/** The files that `npm create vite -- --template react-ts` creates. */
const viteFiles = {
  "index.html": `<!doctype html>
<html lang="en">
  <head><meta charset="UTF-8" /><link rel="icon" href="data:," /><title>scores</title></head>
  <body><div id="root"></div><script type="module" src="/src/main.tsx"></script></body>
</html>
`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "ES2023",
      lib: ["ES2023", "DOM", "DOM.Iterable"],
      module: "ESNext",
      types: ["vite/client"],
      skipLibCheck: true,
      moduleResolution: "bundler",
      allowImportingTsExtensions: true,
      verbatimModuleSyntax: true,
      moduleDetection: "force",
      noEmit: true,
      jsx: "react-jsx",
      strict: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      erasableSyntaxOnly: true,
      noFallthroughCasesInSwitch: true,
      noUncheckedSideEffectImports: true,
    },
    include: ["src"],
  }),
};

let app: TestApp;
let project: ExampleProject;
let vite: ViteDevServer;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  const port = await findFreePort();
  origin = `http://localhost:${port}`;
  app = await startTestApp({ env: { CORS_ORIGINS: origin } });
  const examples = await readClientExamples();
  const printed = [...sources, "leader.ts"].map((name) => [`src/${name}`, atAddress(examples.get(name), app.url)]);
  const codegen = { "codegen.ts": atAddress(examples.get("codegen.ts beside package.json"), app.url) };
  project = await writeProject("vite-example", { ...viteFiles, ...codegen, ...Object.fromEntries(printed) });
  vite = await createServer({
    root: project.folder,
    configFile: false,
    plugins: [react()],
    server: { port, strictPort: true },
    logLevel: "warn",
  });
  await vite.listen();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await vite.close();
  await project.remove();
  await app.stop();
});

test("shows the standings and each change, and recovers after a restart of the service", async () => {
  await increment(app, "ada", 10);
  // The page has another origin than the service: docs/clients.md describes this case.
  const { page, complaints } = await newPage(browser, origin);
  await page.goto(origin);
  const shows = (rows: string[][]) => expect.poll(() => shownRows(page), { timeout: 20_000 }).toEqual(rows);
  await shows([["1", "ada", "10"]]);
  await increment(app, "bob", 20);
  await shows([
    ["1", "bob", "20"],
    ["2", "ada", "10"],
  ]);
  const foreign = complaints.filter((complaint) => !complaint.includes(new URL(app.url).host));
  expect(foreign).toEqual([]);
  await app.restart();
  await increment(app, "ada", 15);
  await shows([
    ["1", "ada", "25"],
    ["2", "bob", "20"],
  ]);
  await page.context().close();
});

test("passes the type check of a new Vite project, with the types that codegen makes", async () => {
  const run = (program: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [join(projectRoot, "node_modules", program), ...args], {
      cwd: project.folder,
    }).catch((error: unknown) => {
      throw new Error(error instanceof Object && "stdout" in error ? String(error.stdout) : String(error));
    });
  await run("@graphql-codegen/cli/esm/bin.js", "--config", "codegen.ts");
  expect(await readFile(join(project.folder, "src", "gql", "graphql.ts"), "utf8")).toContain("LeaderQuery");
  await run("typescript/bin/tsc", "-p", ".");
});
