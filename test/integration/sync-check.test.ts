import { beforeAll, expect, it } from "vitest";
import { useTestApp } from "../helpers/app.js";
import { run, type Environment } from "../helpers/processes.js";
import { waitFor } from "../helpers/wait-for.js";

const app = useTestApp();

beforeAll(async () => {
  for (const userId of ["ada", "bob", "cleo"]) await increment(userId, 5);
});

async function increment(userId: string, scoreIncrement: number): Promise<number> {
  const response = await fetch(`${app.url}/api/v1/scores/update`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${app.token("service", "service")}` },
    body: JSON.stringify({ userId, scoreIncrement }),
  });
  return response.status;
}

async function check(...args: string[]): Promise<{ code: number | null; output: string }> {
  return checkWith({ REDIS_URL: app.stores.redis.url }, args);
}

async function checkWith(env: Environment, args: readonly string[] = []) {
  const shared = { DATABASE_URL: app.stores.databaseUrl, SYNC_INTERVAL_MS: "50" };
  const { code, stdout, stderr } = await run(["src/cli.ts", "check", ...args], { ...shared, ...env });
  return { code, output: stdout + stderr };
}

it("says that the stores agree", async () => {
  expect(await check()).toEqual({ code: 0, output: "main: agree (3 players)\n" });
});

it("says nothing with --quiet when the stores agree", async () => {
  expect(await check("--quiet")).toEqual({ code: 0, output: "" });
});

it("agrees while writes go on", async () => {
  let writing = true;
  const writers = [1, 2, 3, 4].map(async () => {
    while (writing) await increment("ada", 1);
  });
  const result = await check();
  writing = false;
  await Promise.all(writers);
  expect(result).toEqual({ code: 0, output: "main: agree (3 players)\n" });
});

it("finds and repairs a total that was changed in Redis", async () => {
  await app.stores.redisClient.zincrby("lb:{main}:scores", 1000, "bob");
  await app.stores.redisClient.zadd("lb:{main}:scores", 7, "nobody");
  const found = await check();
  expect(found.code).toBe(1);
  expect(found.output).toContain('"bob" has 1005 in Redis and 5 in PostgreSQL');
  expect(found.output).toContain('"nobody" has 7 in Redis and none in PostgreSQL');

  const mailed = await check("--quiet");
  expect({ code: mailed.code, lines: mailed.output.trimEnd().split("\n") }).toEqual({
    code: 1,
    lines: [expect.stringMatching(/^Redis and PostgreSQL differ on the only board\./), found.output.trimEnd()],
  });

  const repaired = await check("--repair");
  expect(repaired.output).toContain("repaired: rebuilt the standings in Redis from PostgreSQL");
  expect(repaired.code).toBe(0);
  expect(await app.stores.redisClient.zscore("lb:{main}:scores", "bob")).toBe("5");
  await waitFor(async () => (await increment("bob", 1)) === 200);
}, 60_000);

it("finds and repairs a total that was changed in PostgreSQL", async () => {
  await waitFor(async () => (await check()).code === 0);
  await app.stores.query("UPDATE user_scores SET score = 999 WHERE user_id = 'cleo'");
  expect((await check()).code).toBe(1);
  const repaired = await check("--repair");
  expect(repaired.output).toContain("corrected 1 totals in PostgreSQL from its history");
  expect(repaired.code).toBe(0);
  expect(await app.stores.redisClient.zscore("lb:{main}:scores", "cleo")).toBe("5");
  await waitFor(async () => (await increment("cleo", 1)) === 200);
}, 60_000);

it("says when it could not compare", async () => {
  const { code, output } = await checkWith({ REDIS_URL: "redis://127.0.0.1:1" });
  expect(code).toBe(2);
  expect(output).toContain("no Redis listens at");
});
