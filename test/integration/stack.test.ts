import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findFreePort, projectRoot, startPostgres, startRedis, type PostgresHandle } from "../../scripts/stack.js";
import { processIdentity } from "../../scripts/stack/process-lock.mjs";
import { waitFor } from "../helpers/wait-for.js";

/** Steps that undo a test's work, the newest first. */
let cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

const makeFolder = () => mkdtemp(join(tmpdir(), "standings-stack-"));
const removeFolder = (path: string) => rm(path, { recursive: true, force: true });

async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** "pending" when the promise does not settle within a time that is ample for an answer. */
function within100Ms<T>(promise: Promise<T>): Promise<T | "pending"> {
  return Promise.race([promise, new Promise<"pending">((resolve) => setTimeout(() => resolve("pending"), 100))]);
}

const isGone = (pid: number) => processIdentity(pid) === undefined;

describe("a private Redis", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await makeFolder();
    cleanUp.push(() => removeFolder(dir));
  });

  async function redis(options: { port?: number; persistent?: boolean } = {}) {
    const server = await startRedis({ dir, ...options });
    cleanUp.push(() => server.stop());
    return server;
  }

  it("keeps its port and every acknowledged write through a kill, when it is persistent", async () => {
    const server = await redis({ persistent: true });
    const { port, pid } = server;
    await withRedis(server.url, (client) => client.set("key", "value"));
    await server.kill();
    expect(isGone(pid)).toBe(true);
    await server.restart();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect(await withRedis(server.url, (client) => client.get("key"))).toBe("value");
  });

  it("meets the requirements of DURABILITY=redis, when it is persistent", async () => {
    const server = await redis({ persistent: true });
    const names = ["appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy"];
    const settings = await withRedis(server.url, (client) => client.call("CONFIG", "GET", ...names));
    expect(settings).toHaveLength(2 * names.length);
    expect(settings).toEqual(expect.arrayContaining(["yes", "always", "no", "noeviction"]));
  });

  it("answers no request while it is paused, and every request afterwards", async () => {
    const server = await redis();
    await withRedis(server.url, async (client) => {
      await client.ping();
      await server.pause();
      const answer = client.ping();
      expect(await within100Ms(answer)).toBe("pending");
      await server.resume();
      expect(await answer).toBe("PONG");
    });
  });

  it("says why it cannot start", async () => {
    const port = await findFreePort();
    const other = createServer((socket) => socket.destroy()).listen(port, "127.0.0.1");
    await once(other, "listening");
    cleanUp.push(() => new Promise((resolve) => other.close(resolve)));
    await expect(redis({ port })).rejects.toThrow(/Redis ended while starting[^]*Address already in use/);
  });

  it("never shares its folder with another Redis", async () => {
    await redis();
    await expect(redis()).rejects.toThrow(`is in use by process ${process.pid}`);
  });
});

describe("a private PostgreSQL", () => {
  let dir: string;
  let server: PostgresHandle;

  beforeAll(async () => {
    dir = await makeFolder();
    server = await startPostgres({ dir, fsync: false });
  });

  afterAll(async () => {
    await server.stop();
    await removeFolder(dir);
  });

  it("keeps its port and every committed change through a kill", async () => {
    const { url } = server;
    await query(url, "CREATE TABLE kept AS SELECT 42 AS answer");
    await server.kill();
    await server.restart();
    expect(server.url).toBe(url);
    expect(await query(url, "SELECT * FROM kept")).toEqual([{ answer: 42 }]);
  });

  it("freezes open connections too while it is paused", async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await server.pause();
    const answer = client.query("SELECT 1 AS one");
    expect(await within100Ms(answer)).toBe("pending");
    await server.resume();
    expect((await answer).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it("starts even though its pid file names what is now another program's process", async () => {
    await server.kill();
    await writeFile(join(dir, "data", "postmaster.pid"), `${process.pid}\n${join(dir, "data")}\n`);
    await server.restart();
    expect(await query(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

describe("the owner's end", () => {
  let dir: string; // shared: each test also starts on the folder that the previous test left

  beforeAll(async () => {
    dir = await makeFolder();
  });

  afterAll(() => removeFolder(dir));

  /** A process that starts both servers and prints their pids. */
  async function startOwner(then = ""): Promise<{ end(signal: NodeJS.Signals): Promise<unknown>; pids: number[] }> {
    const script = `
      import { startPostgres, startRedis } from ${JSON.stringify(join(projectRoot, "scripts", "stack.ts"))};
      const redis = await startRedis({ dir: ${JSON.stringify(join(dir, "redis"))}, persistent: true });
      const postgres = await startPostgres({ dir: ${JSON.stringify(join(dir, "postgres"))}, fsync: false });
      ${then}
      console.log(redis.pid, postgres.pid);
      setInterval(() => {}, 1000);
    `;
    const file = join(dir, "owner.mts");
    await writeFile(file, script);
    const owner = spawn(process.execPath, ["--import", "tsx", file], { cwd: projectRoot });
    owner.stderr.pipe(process.stderr);
    const exited = once(owner, "exit");
    cleanUp.push(() => Promise.resolve(owner.kill("SIGKILL")).then(() => exited));
    const line = await Promise.race([once(createInterface(owner.stdout), "line"), exited]);
    const pids = String(line[0]).split(" ").map(Number);
    expect(pids).toHaveLength(2);
    return { pids, end: (signal) => Promise.resolve(owner.kill(signal)).then(() => exited) };
  }

  it.each([
    { name: "is killed", signal: "SIGKILL", then: "" },
    { name: "is interrupted", signal: "SIGINT", then: "" },
    {
      name: "is killed while they are frozen",
      signal: "SIGKILL",
      then: "await redis.pause(); await postgres.pause();",
    },
  ] as const)("leaves no process behind when it $name", async ({ signal, then }) => {
    const owner = await startOwner(then);
    await owner.end(signal);
    await waitFor(() => owner.pids.every(isGone), 5_000);
  });

  it("does not keep the next owner from starting on the same data at once", async () => {
    const owner = await startOwner("");
    await owner.end("SIGKILL");
    const server = await startRedis({ dir: join(dir, "redis"), persistent: true });
    cleanUp.push(() => server.stop());
    expect(owner.pids[0]).not.toBe(server.pid);
    expect(isGone(owner.pids[0] ?? 0)).toBe(true);
  });
});
