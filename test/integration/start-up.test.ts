import { createServer, type AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { findFreePort, startRedis } from "../../scripts/stack.js";
import { logLines, Program, run, serviceEnvironment, startService, type Environment } from "../helpers/processes.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

/** What an operator sees of a service that can't start yet, or never will. */

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

function launch(role: string, env: Environment = {}): Program {
  const program = new Program(["src/main.ts", role], { ...serviceEnvironment(stores), ...env });
  onTestFinished(() => program.kill());
  return program;
}

/** The lines that were logged at level `warn` and above. */
function complaints(program: Program): string[] {
  const complete = program.stdout.slice(0, program.stdout.lastIndexOf("\n") + 1);
  return logLines(complete)
    .filter(({ level }) => level >= 40)
    .map(({ msg }) => msg);
}

async function reasons(opsPort: number): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`);
  return response.ok ? [] : ((await response.json()) as { reasons: string[] }).reasons;
}

describe("a port that is taken ends the process with 1 and one sentence that names the variable:", () => {
  let taken: number;

  beforeAll(async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    taken = (other.address() as AddressInfo).port;
    return () => void other.close();
  });

  test.each<[string, string, Environment]>([
    ["PORT", "api", {}],
    ["OPS_PORT", "api", {}],
    // Three processes, two of which can't start and one of which could.
    ["PORT", "all", { WEB_CONCURRENCY: "2" }],
    ["OPS_PORT", "all", { WEB_CONCURRENCY: "2" }],
  ])(
    "%s of %s %j",
    async (variable, role, env) => {
      const program = launch(role, { ...env, [variable]: String(taken), LOG_LEVEL: "info" });
      const { code, stderr } = await program.ended;
      expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
      const host = variable === "PORT" ? "HOST" : "OPS_HOST";
      expect(complaints(program)).toEqual([
        `standings can't start: ${variable} ${taken} is taken: another program listens on it already (${host} 127.0.0.1)`,
      ]);
    },
    60_000,
  );
});

test("the service waits for a Redis that is down, says so in /readyz and once in the log, and serves once it is up", async () => {
  const dir = await mkdtemp(join(tmpdir(), "standings-late-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const [port, opsPort] = [await findFreePort(), await findFreePort()];
  const REDIS_URL = `redis://:hunter2@127.0.0.1:${port}`;
  const program = launch("all", { REDIS_URL, OPS_PORT: String(opsPort), LOG_LEVEL: "trace" });
  const sentence = `no Redis listens at 127.0.0.1:${port} (REDIS_URL)`;
  await waitFor(async () => (await reasons(opsPort)).includes(sentence), 30_000);
  const late = await startRedis({ dir, port, persistent: true, args: ["--requirepass", "hunter2"] });
  onTestFinished(() => late.stop());
  await waitFor(() => program.stdout.includes('"standings serves"'), 30_000);
  await waitFor(async () => (await reasons(opsPort)).length === 0, 30_000);
  expect(complaints(program).filter((line) => line.includes("Redis"))).toEqual([sentence]);
  program.signal("SIGTERM");
  const { code, stdout, stderr } = await program.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).not.toMatch(/hunter2|"stack"/);
}, 90_000);

test("processes of a supervisor that wait for Redis say so in its /readyz, and SIGTERM ends them at once, with 0", async () => {
  const opsPort = await findFreePort();
  const env = { REDIS_URL: "redis://127.0.0.1:1", WEB_CONCURRENCY: "2", OPS_PORT: String(opsPort) };
  const program = launch("api", env);
  const reason = "api: starting; no Redis listens at 127.0.0.1:1 (REDIS_URL)";
  await waitFor(async () => (await reasons(opsPort)).join().includes(reason), 60_000);
  const { problems } = (await (await fetch(`http://127.0.0.1:${opsPort}/readyz`)).json()) as { problems: unknown[] };
  expect(problems).toContainEqual({
    process: "api",
    part: "redis",
    reason: "no Redis listens at 127.0.0.1:1 (REDIS_URL)",
    action: expect.stringContaining("REDIS_URL") as string,
    since: expect.stringMatching(/^\d{4}-.*Z$/) as string,
  });
  const begin = performance.now();
  program.signal("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 0, stderr: "" });
  expect(performance.now() - begin).toBeLessThan(5_000);
}, 90_000);

test("the API serves while PostgreSQL is away; a worker waits, and names the variable with the dead address", async () => {
  const DATABASE_URL = "postgresql://standings:hunter2@127.0.0.1:1/standings";
  const service = await startService(stores, "worker");
  onTestFinished(() => service.program.kill());
  const api = await startService(stores, "api", { DATABASE_URL });
  onTestFinished(() => api.program.kill());

  const opsPort = await findFreePort();
  const worker = launch("worker", { DATABASE_URL, OPS_PORT: String(opsPort) });
  await waitFor(async () => {
    const [reason, ...others] = await reasons(opsPort);
    return others.length === 0 && /DATABASE_URL.*127\.0\.0\.1:1/.test(reason ?? "");
  }, 30_000);
  await waitFor(() => complaints(worker).length > 0);
  expect(complaints(worker)).toHaveLength(1);
  expect(worker.stdout).toContain("DATABASE_URL");
  const begin = performance.now();
  worker.signal("SIGTERM");
  expect(await worker.ended).toMatchObject({ code: 0, stderr: "" });
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect(worker.stdout + api.program.stdout).not.toMatch(/hunter2|"stack"/);
}, 90_000);

test("--help prints the usage and --version the version, without any configuration", async () => {
  const [help, version] = await Promise.all([
    run(["src/main.ts", "--help"], {}),
    run(["src/main.ts", "--version"], {}),
  ]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  for (const word of ["api", "worker", "ingest", "all", "REDIS_URL"]) expect(help.stdout).toContain(word);
  expect(version).toMatchObject({ code: 0, stderr: "" });
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
}, 30_000);
