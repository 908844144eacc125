import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret } from "../helpers/app.js";
import { logLines, run, serviceEnvironment, startService, type ServiceProcess } from "../helpers/processes.js";
import { increment, tryIncrement } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { nextUpdate, subscription, updatesUntil } from "../helpers/updates.js";
import { waitFor } from "../helpers/wait-for.js";

/** Several API processes that share only Redis. */

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

const token = signToken({ secret: jwtSecret, subject: "referee", role: "service", expiresInSeconds: 600 });

async function start(role: string, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startService(stores, role, env);
  onTestFinished(() => service.program.kill());
  return service;
}

async function watch(service: ServiceProcess): Promise<SocketClient> {
  const socket = await SocketClient.connect(service.wsUrl);
  onTestFinished(() => socket.close());
  socket.subscribe(subscription);
  await nextUpdate(socket);
  return socket;
}

test("every viewer of three API processes and a worker ends with the newest, whichever process made the changes", async () => {
  const services = await Promise.all([start("worker"), start("api"), start("api"), start("api")]);
  const apis = services.slice(1);
  const viewers = (await Promise.all(apis.map((api) => Promise.all([watch(api), watch(api), watch(api)])))).flat();
  const made = await Promise.all(
    apis.flatMap((api, index) =>
      Array.from({ length: 50 }, () => increment(api, token, { userId: `u${index}`, scoreIncrement: 1 })),
    ),
  );
  const revision = Math.max(...made.map((answer) => answer.revision));
  for (const viewer of viewers) {
    const updates = await updatesUntil(viewer, revision);
    expect(updates.at(-1)?.topScores.map(({ userId, score }) => [userId, score])).toEqual([
      ["u2", 50],
      ["u1", 50],
      ["u0", 50],
    ]);
    const revisions = updates.map((update) => update.revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  }
}, 120_000);

describe("WEB_CONCURRENCY", () => {
  const metrics = async ({ opsUrl }: ServiceProcess) => (await fetch(`${opsUrl}/metrics`)).text();
  /** The children's process ids, as the kernel reports them. */
  async function childrenOf(service: ServiceProcess): Promise<number[]> {
    const { pid } = service.program;
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.trim().split(" ").filter(Boolean).map(Number);
  }

  test("starts that many API processes behind one port, one worker, and one operators' listener for all", async () => {
    const service = await start("all", { WEB_CONCURRENCY: "3", SYNC_INTERVAL_MS: "50" });
    expect(await childrenOf(service)).toHaveLength(4);
    const viewers = await Promise.all(Array.from({ length: 9 }, () => watch(service)));
    const { revision } = await increment(service, token, { userId: "many", scoreIncrement: 5 });
    for (const viewer of viewers) expect((await updatesUntil(viewer, revision)).at(-1)?.revision).toBe(revision);
    const text = await metrics(service);
    expect(text).toMatch(/^standings_viewers 9$/m);
    expect(text).toMatch(/^standings_leader 1$/m);
    expect(text).toMatch(/^standings_build_info\{version="\d+\.\d+\.\d+"\} 1$/m);
    const lines = logLines(service.program.stdout).filter(({ msg }) => msg === "standings serves");
    expect(lines).toEqual([service.serving]);
    expect(service.serving).toMatchObject({ role: "all", host: "127.0.0.1", opsHost: "127.0.0.1" });
    expect(service.serving.version).toMatch(/^\d/);
    await waitFor(async () => (await stores.redisClient.xlen("lb:{main}:outbox")) === 0);
  }, 120_000);

  test("starts another process when one is killed, and goes on serving meanwhile", async () => {
    const service = await start("all", { WEB_CONCURRENCY: "2" });
    const before = await childrenOf(service);
    process.kill(before[0] ?? 0, "SIGKILL");
    await waitFor(async () => {
      const now = await childrenOf(service);
      return now.length === 3 && !now.includes(before[0] ?? 0);
    });
    await waitFor(async () => (await fetch(`${service.opsUrl}/readyz`)).ok, 20_000);
    expect((await tryIncrement(service, token, { userId: "after", scoreIncrement: 1 })).status).toBe(200);
  }, 120_000);

  test("stops all processes on SIGTERM within 10 s, with 0, sockets closed with 1001 and the outbox drained", async () => {
    const service = await start("all", { WEB_CONCURRENCY: "2", SYNC_INTERVAL_MS: "3600000" });
    const viewers = await Promise.all([watch(service), watch(service), watch(service)]);
    await increment(service, token, { userId: "drained", scoreIncrement: 1 });
    const begin = performance.now();
    service.program.signal("SIGTERM");
    for (const viewer of viewers) expect(await viewer.closed).toMatchObject({ code: 1001 });
    expect(await service.program.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(await stores.redisClient.xlen("lb:{main}:outbox")).toBe(0);
  }, 120_000);

  test("leaves no process behind when the supervisor is killed", async () => {
    const service = await start("all", { WEB_CONCURRENCY: "2" });
    const children = await childrenOf(service);
    await service.program.kill();
    await waitFor(() => children.every((pid) => !isAlive(pid)), 20_000);
  }, 120_000);

  test("ends with the exit code of a process that can't start", async () => {
    const own = await startStores({ persistent: false });
    onTestFinished(() => own.stop());
    expect((await run(["src/main.ts", "api"], { ...serviceEnvironment(own), WEB_CONCURRENCY: "2" })).code).toBe(78);
  }, 120_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
