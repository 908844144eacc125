import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret } from "../helpers/app.js";
import { Program, logLines, run, serviceEnvironment, startService, type ServiceProcess } from "../helpers/processes.js";
import { codeOf, increment, tryIncrement } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

const { version } = packageJson;

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

const token = signToken({ secret: jwtSecret, subject: "referee", role: "service", expiresInSeconds: 600 });

async function start(role: string, env: Record<string, string> = {}, on = stores): Promise<ServiceProcess> {
  const service = await startService(on, role, env);
  onTestFinished(() => service.program.kill());
  return service;
}

async function ledgerTotal(): Promise<number> {
  const [row] = await stores.query<{ total: string | null }>("SELECT sum(score)::text AS total FROM user_scores");
  return Number(row?.total ?? 0);
}

describe("a configuration that is not valid", () => {
  const secrets = {
    JWT_SECRET: "hunter2-too-short",
    REDIS_URL: "http://:redispass@r",
    DATABASE_URL: "mysql://u:dbpass@d/x",
  };

  test("ends the process with 78, and prints all errors together and no secret", async () => {
    const wrong = {
      ...secrets,
      PORT: "80000",
      BOARDS: "a,a",
      DURABILITY: "maybe",
      LOG_LEVEL: "loud",
      SYNC_INTERVAL_MS: "1e3",
    };
    const { code, stdout, stderr } = await run(["src/main.ts"], wrong);
    expect(code).toBe(78);
    for (const name of Object.keys(wrong)) expect(stderr).toContain(name);
    expect(stdout + stderr).not.toMatch(/hunter2|redispass|dbpass/);
    expect(stderr).not.toMatch(/\bat .*\.ts|node_modules/);
  });

  test("includes a Redis that does not keep acknowledged writes, with DURABILITY=redis", async () => {
    const own = await startStores({ persistent: false });
    onTestFinished(() => own.stop());
    const { code, stdout, stderr } = await run(["src/main.ts"], serviceEnvironment(own));
    expect(code).toBe(78);
    expect(stdout + stderr).toContain("appendfsync");
  });
});

test("an unknown role is refused with the list of roles", async () => {
  const { code, stderr } = await run(["src/main.ts", "everything"], serviceEnvironment(stores));
  expect(code).not.toBe(0);
  for (const role of ["api", "worker", "all"]) expect(stderr).toContain(role);
});

describe("the line that a process logs when it serves", () => {
  test("says its version, its role, its boards and every address that it listens on", async () => {
    const { serving, url, opsUrl } = await start("all", { BOARDS: "main,weekly" });
    expect(serving).toMatchObject({
      level: 30,
      msg: "standings serves",
      version,
      role: "all",
      boards: ["main", "weekly"],
    });
    expect(`http://${String(serving.host)}:${String(serving.port)}`).toBe(url);
    expect(`http://${String(serving.opsHost)}:${String(serving.opsPort)}`).toBe(opsUrl);
  });

  test("names no public address in a worker, which has none", async () => {
    const { serving, program } = await start("worker");
    expect(serving).toMatchObject({ version, role: "worker", opsHost: "127.0.0.1" });
    expect(serving).not.toHaveProperty("host");
    expect(serving).not.toHaveProperty("port");
    expect(logLines(program.stdout).filter(({ msg }) => msg === serving.msg)).toEqual([serving]);
  });
});

describe("SIGTERM", () => {
  test("ends the process with 0 within 10 s, its sockets closed and the outbox drained", async () => {
    const service = await start("all", { SYNC_INTERVAL_MS: "3600000", LOG_LEVEL: "trace" });
    const before = await ledgerTotal();
    const idle = await SocketClient.connect(service.wsUrl);
    // The worker may begin to lead meanwhile, and moves what was sent until then.
    let sent = 0;
    await waitFor(async () => {
      await increment(service, token, { userId: `drained ${(sent += 1)}`, scoreIncrement: 1 });
      return (await stores.redisClient.xlen("lb:{main}:outbox")) >= 20;
    });
    const begin = performance.now();
    service.program.signal("SIGTERM");
    expect(await idle.closed).toMatchObject({ code: 1001 });
    expect(await service.program.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(await stores.redisClient.xlen("lb:{main}:outbox")).toBe(0);
    expect(await ledgerTotal()).toBe(before + sent);
  });

  test("under load ends the process with 0 within 10 s, and the outbox is drained", async () => {
    const service = await start("all", { SYNC_INTERVAL_MS: "3600000", RATE_LIMIT_BURST: "100000" });
    let acknowledged = 0;
    const clients = Array.from({ length: 10 }, async () => {
      for (;;) {
        const answer = await tryIncrement(service, token, { userId: "busy", scoreIncrement: 1 }).catch(() => undefined);
        if (answer?.status !== 200) return;
        if (codeOf(answer) === undefined) acknowledged += 1;
      }
    });
    await waitFor(() => acknowledged > 50);
    const begin = performance.now();
    service.program.signal("SIGTERM");
    expect((await service.program.ended).code).toBe(0);
    expect(performance.now() - begin).toBeLessThan(10_000);
    await Promise.all(clients);
    expect(await stores.redisClient.xlen("lb:{main}:outbox")).toBe(0);
    const [row] = await stores.query<{ score: string }>("SELECT score::text FROM user_scores WHERE user_id = 'busy'");
    expect(Number(row?.score)).toBeGreaterThanOrEqual(acknowledged);
  });

  test("also ends a process that does not serve yet", async () => {
    const program = new Program(["src/main.ts"], { ...serviceEnvironment(stores), LOG_LEVEL: "debug" });
    onTestFinished(() => program.kill());
    await waitFor(() => program.stdout.includes('"started"'), 20_000);
    const begin = performance.now();
    program.signal("SIGTERM");
    expect((await program.ended).code).toBe(0);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });
});

test("a separate API process and worker work together", async () => {
  const worker = await start("worker");
  const api = await start("api");
  await increment(api, token, { userId: "two processes", scoreIncrement: 42 });
  await waitFor(async () => {
    const rows = await stores.query<{ score: string }>(
      "SELECT score::text FROM user_scores WHERE user_id = 'two processes'",
    );
    return rows[0]?.score === "42";
  });
  for (const { program } of [api, worker]) {
    program.signal("SIGTERM");
    expect((await program.ended).code).toBe(0);
  }
});

test("the log is lines of JSON on stdout, without tokens, secrets or passwords", async () => {
  const service = await start("all", { LOG_LEVEL: "trace" });
  const player = signToken({ secret: jwtSecret, subject: "logged", role: "player", expiresInSeconds: 600 });
  await increment(service, player, { userId: "logged", scoreIncrement: 1 });
  expect(codeOf(await tryIncrement(service, `${player}x`, { userId: "logged", scoreIncrement: 1 }))).toBe(
    "UNAUTHENTICATED",
  );
  service.program.signal("SIGTERM");
  const { stdout, stderr } = await service.program.ended;
  expect(stderr).toBe("");
  const lines = logLines(stdout);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) {
    const shape = {
      level: expect.any(Number) as number,
      time: expect.any(Number) as number,
      msg: expect.any(String) as string,
    };
    expect(line).toMatchObject(shape);
  }
  expect(stdout).not.toContain(jwtSecret);
  expect(stdout).not.toContain(player);
  expect(stdout).not.toContain(new URL(stores.databaseUrl).password || "no password in the URL");
});
