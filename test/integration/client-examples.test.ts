import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { atAddress, readClientExamples, writeProject, type ExampleProject } from "../helpers/client-examples.js";
import { Program } from "../helpers/processes.js";
import { graphql, increment } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

/* The code of docs/clients.md, except for React, run on Node.js as it stands there. */

const examples = await readClientExamples();
const nodeExamples = [
  "addresses",
  "retry",
  "apollo",
  "points",
  "graphql-ws",
  "apollo-client",
  "urql",
  "graphql-sse",
  "http-only",
];
/** docs/clients.md gives this example for a Node.js without a WebSocket of its own. */
const socketExample = "WebSocket" in globalThis ? "socket.ts" : "socket.ts on Node.js 20";

let stores: Stores;
let app: TestApp;
let project: ExampleProject;

/** @param changes to the code on the page, by file */
async function writeExamples(name: string, url: string, changes: Record<string, string> = {}): Promise<ExampleProject> {
  const printed = nodeExamples.map((file) => [`${file}.ts`, examples.get(`${file}.ts`)] as const);
  const files = { ...Object.fromEntries(printed), "socket.ts": examples.get(socketExample), ...changes };
  return writeProject(
    name,
    Object.fromEntries(Object.entries(files).map(([file, code]) => [file, atAddress(code, url)])),
  );
}

function start(from: ExampleProject, file: string): Program {
  const program = new Program([join(from.folder, file)], {});
  onTestFinished(() => program.kill());
  return program;
}

const revisionsOf = (program: Program): number[] =>
  program.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { revision: number }).revision);

beforeAll(async () => {
  stores = await startStores();
  app = await startTestApp({ stores });
  const add = `
    import { setToken } from "./apollo";
    import { addPoints } from "./points";
    setToken(process.env.TOKEN);
    try {
      console.log(JSON.stringify(await addPoints("user123", 5)));
    } catch (error) {
      console.log(String(error.errors?.[0]?.extensions?.code));
    }`;
  const read = `
    import { gql } from "@apollo/client";
    import { client } from "./apollo";
    const { data } = await client.query({ query: gql\`{ topScores { board userId score } }\` });
    console.log(data.topScores.length);`;
  const watchNothing = `
    import { gql } from "@apollo/client";
    import { client } from "./apollo";
    const query = gql\`subscription { topScoresUpdated { nope } }\`;
    client.subscribe({ query }).subscribe(({ error }) => console.log(String(error.errors?.[0]?.extensions?.code ?? error)));`;
  project = await writeExamples("client-examples", app.url, {
    "add.ts": add,
    "read.ts": read,
    "watch-nothing.ts": watchNothing,
  });
});
afterAll(async () => {
  await project.remove();
  await app.stop();
  await stores.stop();
});

test("every client sees the current state and each change, and reconnects after a restart of the server", async () => {
  const programs = ["graphql-ws", "apollo-client", "urql", "graphql-sse", "http-only"].map((name) =>
    start(project, `${name}.ts`),
  );
  const newest = () => programs.map((program) => revisionsOf(program).at(-1));
  const allSee = (revision: number) => newest().every((seen) => seen === revision);
  await waitFor(() => newest().every((revision) => revision !== undefined), 20_000);
  const token = app.token("referee", "service");
  const { revision } = await increment(app, token, { userId: "ada", scoreIncrement: 1 });
  await waitFor(() => allSee(revision));
  await app.restart();
  const after = await increment(app, token, { userId: "ada", scoreIncrement: 1 });
  await waitFor(() => allSee(after.revision), 25_000);
  for (const revisions of programs.map(revisionsOf)) expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
}, 60_000);

test("a connection that dies silently is noticed and replaced", async () => {
  const relay = await startRelay(app.url);
  onTestFinished(() => relay.stop());
  // A tenth of a second instead of the page's 20 s and 5 s.
  const patient = examples.get(socketExample);
  const hasty = patient
    .replace("keepAlive: 20_000", "keepAlive: 100")
    .replace("terminate(), 5_000", "terminate(), 500");
  expect(hasty).not.toBe(patient);
  const impatient = await writeExamples("client-examples-relay", relay.url, { "socket.ts": hasty });
  onTestFinished(() => impatient.remove());
  const program = start(impatient, "graphql-ws.ts");
  await waitFor(() => revisionsOf(program).length > 0, 20_000);
  relay.fallSilent();
  const { revision } = await increment(app, app.token("u"), { userId: "u", scoreIncrement: 1 });
  await waitFor(() => revisionsOf(program).at(-1) === revision, 20_000);
});

test("once Redis is back, points that were added while it was away count once, and a query is answered", async () => {
  const before = await scoreOf("user123");
  await stores.redis.kill();
  const program = new Program([join(project.folder, "add.ts")], { TOKEN: app.token("user123") });
  onTestFinished(() => program.kill());
  const reader = start(project, "read.ts");
  await waitFor(async () => /UNAVAILABLE|UNKNOWN_OUTCOME/.test(await metricsOf(app)), 20_000);
  await stores.redis.restart();
  await waitFor(() => program.stdout !== "" && reader.stdout !== "", 25_000);
  expect(Number(reader.stdout)).toBeGreaterThan(0);
  expect(JSON.parse(program.stdout)).toMatchObject({ entry: { userId: "user123", score: before + 5 } });
  expect(await scoreOf("user123")).toBe(before + 5);
}, 60_000);

test("points that the service refuses are not sent again", async () => {
  const program = new Program([join(project.folder, "add.ts")], { TOKEN: app.token("somebody-else") });
  onTestFinished(() => program.kill());
  await waitFor(() => program.stdout !== "", 20_000);
  expect(program.stdout.trim()).toBe("FORBIDDEN");
});

test("a subscription that the service refuses gets the reason, and is not tried again", async () => {
  const program = start(project, "watch-nothing.ts");
  expect((await program.ended).stdout.trim()).toBe("GRAPHQL_VALIDATION_FAILED");
});

async function scoreOf(userId: string): Promise<number> {
  const { data } = await graphql(app, { query: `{ playerScore(userId: "${userId}") { score } }` });
  return (data?.playerScore as { score: number } | null)?.score ?? 0;
}

async function metricsOf({ opsUrl }: TestApp): Promise<string> {
  return (await fetch(`${opsUrl}/metrics`)).text();
}

interface Relay {
  readonly url: string;
  /** Existing connections stay open and pass nothing on any more. */
  fallSilent(): void;
  stop(): void;
}

/** Relays to the service, and acts like a network that a phone leaves. */
async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy()).on("close", () => open.delete(from));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`,
    fallSilent: () => {
      for (const socket of open) socket.unpipe().pause();
    },
    stop: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
