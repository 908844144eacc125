import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import jwt from "jsonwebtoken";
import { Client } from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../scripts/stack.js";
import { jwtSecret, useTestApp } from "../helpers/app.js";
import { run, type Environment, type Outcome } from "../helpers/processes.js";
import { codeOf, increment, tryIncrement } from "../helpers/requests.js";
import { waitFor } from "../helpers/wait-for.js";

const app = useTestApp();

describe("cli", () => {
  const cli = (...args: string[]) => run(["src/cli.ts", ...args], {});

  test.each(["migrate", "token", "check"])("prints the usage of %s", async (command) => {
    const { code, stdout, stderr } = await cli(command, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`usage: cli.js ${command}`);
    expect((await cli("--help")).stdout).toContain(`\n  ${command} `);
  });

  test("prints its version", async () => {
    const { version } = JSON.parse(await readFile(join(projectRoot, "package.json"), "utf8")) as { version: string };
    expect(await cli("--version")).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test.each([
    ["without a command", []],
    ["with an unknown command", ["destroy"]],
    ["with an unknown option", ["check", "--hard"]],
  ])("%s prints the usage on stderr, and exits with 64", async (_name, args) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain("usage: cli.js");
  });
});

describe("token", () => {
  const token = (args: string[], env: Environment = { JWT_SECRET: jwtSecret }) =>
    run(["src/cli.ts", "token", ...args], env);

  test("prints a token that the service accepts, and nothing else", async () => {
    const { code, stdout, stderr } = await token(["--sub", "user123", "--role", "player", "--expires", "1h"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(codeOf(await tryIncrement(app, stdout.trim(), { userId: "user123", scoreIncrement: 1 }))).toBeUndefined();
    expect(codeOf(await tryIncrement(app, stdout.trim(), { userId: "other", scoreIncrement: 1 }))).toBe("FORBIDDEN");
    const { exp = 0 } = jwt.decode(stdout.trim(), { json: true }) ?? {};
    expect(Math.abs(exp - Date.now() / 1000 - 3_600)).toBeLessThan(60);
  });

  test("prints a token for ten years that the service accepts", async () => {
    const { stdout } = await token(["--sub", "decade", "--expires", "3653d"]);
    expect(codeOf(await tryIncrement(app, stdout.trim(), { userId: "decade", scoreIncrement: 1 }))).toBeUndefined();
  });

  test("names the issuer and the audience that the service will ask for", async () => {
    const env = { JWT_SECRET: jwtSecret, JWT_ISSUER: "https://issuer", JWT_AUDIENCE: "standings" };
    const { stdout } = await token(["--sub", "u", "--role", "admin"], env);
    expect(jwt.decode(stdout.trim())).toMatchObject({
      sub: "u",
      role: "admin",
      iss: "https://issuer",
      aud: "standings",
    });
  });

  test.each([
    ["without --sub", ["--role", "player"]],
    ["with an unknown role", ["--sub", "u", "--role", "root"]],
    ["with an unknown time", ["--sub", "u", "--expires", "soon"]],
    ["for more than ten years", ["--sub", "u", "--expires", "3654d"]],
    ["for a number of days that is no date", ["--sub", "u", "--expires", "999999999d"]],
  ])("%s fails, prints the usage and no token", async (_name, args) => {
    const { code, stdout, stderr } = await token(args);
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/--/);
    expect(stderr).not.toMatch(/\bat .*\.ts:\d/);
  });

  test.each([
    ["without JWT_SECRET", {}],
    ["with a short JWT_SECRET", { JWT_SECRET: "hunter2" }],
  ])("%s fails and does not print the secret", async (_name, env) => {
    const { code, stdout, stderr } = await token(["--sub", "u"], env);
    expect(code).toBe(78);
    expect(stdout).toBe("");
    expect(stderr).toContain("JWT_SECRET");
    expect(stderr).not.toContain("hunter2");
  });
});

describe("migrate", () => {
  const migrate = (databaseUrl: string) => run(["src/cli.ts", "migrate"], { DATABASE_URL: databaseUrl });

  async function emptyDatabase(): Promise<string> {
    const name = `empty_${process.pid}_${performance.now().toString().replace(".", "_")}`;
    await execute(app.stores.databaseUrl, `CREATE DATABASE ${name}`);
    onTestFinished(async () => {
      await execute(app.stores.databaseUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    });
    const url = new URL(app.stores.databaseUrl);
    url.pathname = `/${name}`;
    return url.href;
  }

  test("brings an empty database to the newest schema, and does nothing the second time", async () => {
    const url = await emptyDatabase();
    expect((await migrate(url)).code).toBe(0);
    const before = await tablesOf(url);
    expect(before).toEqual(await tablesOf(app.stores.databaseUrl));
    expect(before).toContain("user_scores");
    expect((await migrate(url)).code).toBe(0);
    expect(await tablesOf(url)).toEqual(before);
  });

  test("works when it runs in two places at once", async () => {
    const url = await emptyDatabase();
    const outcomes = await Promise.all([migrate(url), migrate(url)]);
    expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: "" },
      { code: 0, stderr: "" },
    ]);
    expect(await tablesOf(url)).toEqual(await tablesOf(app.stores.databaseUrl));
  });

  test("fails when PostgreSQL is not there, and prints no password", async () => {
    const { code, stdout, stderr } = await migrate("postgres://user:dbpass@127.0.0.1:1/none");
    expect(code).toBeGreaterThan(0);
    expect(stderr).not.toBe("");
    expect(stdout + stderr).not.toContain("dbpass");
  });
});

describe("check", () => {
  const check = (env: Environment = {}): Promise<Outcome> =>
    run(["src/cli.ts", "check"], {
      REDIS_URL: app.stores.redis.url,
      DATABASE_URL: app.stores.databaseUrl,
      SYNC_INTERVAL_MS: "50",
      BOARDS: "main",
      ...env,
    });

  test("prints one line a board and exits with 0 when the stores agree", async () => {
    await increment(app, app.token("agrees"), { userId: "agrees", scoreIncrement: 5 });
    const { code, stdout } = await check({ BOARDS: "main,other" });
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split(":")[0]),
    ).toEqual(["main", "other"]);
  });

  test("exits with 0 while increments come in", async () => {
    const token = app.token("referee", "service");
    const checked = new AbortController();
    const writing = (async () => {
      for (let sent = 0; !checked.signal.aborted; sent += 1) {
        await increment(app, token, { userId: `u${sent % 50}`, scoreIncrement: 1 });
      }
    })();
    const { code } = await check();
    checked.abort();
    await writing;
    expect(code).toBe(0);
  });

  test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      "a total differs",
      () => app.stores.redisClient.zincrby("lb:{main}:scores", 1, "drifter"),
      () => app.stores.redisClient.zincrby("lb:{main}:scores", -1, "drifter"),
    ],
    [
      "a player is in Redis only",
      () => app.stores.redisClient.zadd("lb:{main}:scores", 1, "ghost"),
      () => app.stores.redisClient.zrem("lb:{main}:scores", "ghost"),
    ],
    [
      "a player is in PostgreSQL only",
      () => app.stores.redisClient.zrem("lb:{main}:scores", "drifter"),
      () => app.stores.redisClient.zadd("lb:{main}:scores", 5, "drifter"),
    ],
  ])("exits with 1 and names the board and the player when %s", async (_name, spoil, repair) => {
    const sql = "SELECT score::text FROM user_scores WHERE board = 'main' AND user_id = 'drifter'";
    if ((await app.stores.query(sql)).length === 0) {
      await increment(app, app.token("drifter"), { userId: "drifter", scoreIncrement: 5 });
      await waitFor(async () => (await app.stores.query(sql)).length === 1);
    }
    await spoil();
    onTestFinished(async () => {
      await repair();
    });
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^main: .*(drifter|ghost)/);
  });

  test.each<[string, Environment]>([
    ["Redis", { REDIS_URL: "redis://:redispass@127.0.0.1:1" }],
    ["PostgreSQL", { DATABASE_URL: "postgres://u:dbpass@127.0.0.1:1/none" }],
  ])("exits with 2 when %s is not there, and prints no password", async (_name, env) => {
    const { code, stdout, stderr } = await check(env);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toMatch(/redispass|dbpass/);
  });
});

test("npm run token prints the token alone when npm is silent", async () => {
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "token", "--", "--sub", "user123"], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, JWT_SECRET: jwtSecret },
  });
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
});

async function execute<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The tables of the schema, without partitions: a worker adds those over time. */
async function tablesOf(url: string): Promise<string[]> {
  const sql =
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') " +
    "AND NOT relispartition ORDER BY relname";
  return (await execute<{ relname: string }>(url, sql)).map(({ relname }) => relname);
}
