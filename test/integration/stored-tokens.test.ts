import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startTestApp, useTestApp } from "../helpers/app.js";
import { run, startService, type ServiceProcess } from "../helpers/processes.js";
import { authorization, codeOf, graphql, tryIncrement, updateScore, type Target } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { StoredTokenDesk } from "../helpers/stored-tokens.js";
import { waitFor } from "../helpers/wait-for.js";
import { TcpProxy } from "../faults/helpers/tcp-proxy.js";

/* Two processes of one service; the second is a process of its own that logs everything. */

const app = useTestApp();
let second: ServiceProcess;
let desk: StoredTokenDesk;
beforeAll(async () => {
  second = await startService(app.stores, "api", { LOG_LEVEL: "trace" });
  desk = new StoredTokenDesk(app.stores.databaseUrl);
});
afterAll(async () => {
  await second.program.kill();
  await desk.stop();
});

const subscription = "subscription { topScoresUpdated { revision } }";
const token = (...args: string[]) => run(["src/cli.ts", "token", ...args], { DATABASE_URL: app.stores.databaseUrl });

async function create(...args: string[]): Promise<{ text: string; id: string }> {
  const { code, stdout, stderr } = await token("create", ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [, text = "", id = ""] = /^(st_[\w-]{43})\nid: (\d+)\n$/.exec(stdout) ?? [];
  expect(text).not.toBe("");
  return { text, id };
}

/** The columns of each line of `token list`, by the token's ID. */
async function list(): Promise<Map<string, string[]>> {
  const { code, stdout } = await token("list");
  expect(code).toBe(0);
  const rows = stdout.split("\n").slice(0, -1);
  return new Map(rows.map((row) => row.split("\t")).map((columns) => [columns[0] ?? "", columns]));
}

const outcome = async (target: Target, text: string, userId: string) =>
  codeOf(await tryIncrement(target, text, { userId, scoreIncrement: 1 })) ?? "done";

/** Opens a subscription on each transport. @returns promises of how each ends */
async function subscribe(target: Target & { wsUrl: string }, text: string): Promise<Promise<number | string>[]> {
  const socket = await SocketClient.connect(target.wsUrl, text);
  onTestFinished(() => socket.close());
  socket.subscribe(subscription);
  await socket.next();
  const ends: Promise<number | string>[] = [socket.closed.then(({ code }) => code)];
  for (const [path, accept] of [
    ["/graphql/stream", "text/event-stream"],
    ["/graphql", "multipart/mixed;subscriptionSpec=1.0"],
  ] as const) {
    const headers = { "content-type": "application/json", accept, ...authorization(text) };
    const body = JSON.stringify({ query: subscription });
    const response = await fetch(`${target.url}${path}`, { method: "POST", headers, body });
    expect(response.status).toBe(200);
    ends.push(
      response.text().then(
        () => "completed",
        () => "broken off",
      ),
    );
  }
  return ends;
}

test("a token that was created works on every process, each time another, and only its hash is kept", async () => {
  const args = ["--sub", "league", "--role", "service", "--expires", "30d", "--note", "the league's server"];
  const [one, two] = [await create(...args), await create(...args)];
  expect(one.text).not.toBe(two.text);
  expect(one.id).not.toBe(two.id);
  for (const target of [app, second]) {
    expect(await outcome(target, one.text, "anybody")).toBe("done");
    const body = { userId: "anybody", scoreIncrement: 1, authToken: two.text };
    expect((await updateScore(target, body)).status).toBe(200);
    expect(await outcome(target, `${one.text.slice(0, -4)}AAAA`, "anybody")).toBe("UNAUTHENTICATED");
  }

  const tables = await app.stores.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
  );
  for (const { name } of tables) {
    const rows = await app.stores.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
    expect(JSON.stringify(rows)).not.toMatch(/st_[\w-]{40}/);
  }
  expect(second.program.stdout).not.toContain(one.text);
  expect(second.program.stdout).not.toContain(two.text);
});

test("list shows a line a token, with its state and its last use", async () => {
  const active = await create("--sub", "a player", "--role", "player", "--boards", "main, other", "--expires", "1h");
  const forEver = await create("--sub", "admin", "--role", "admin", "--note", "for ever");
  const nowhere = await create("--sub", "reader", "--role", "service", "--boards", "");
  const expired = await desk.create({ subject: "past", expiresAt: new Date(Date.now() - 1) });
  const before = Date.now();
  expect(await outcome(app, active.text, "a player")).toBe("done");
  expect(await outcome(app, nowhere.text, "anybody")).toBe("FORBIDDEN");
  expect(await outcome(app, expired.token, "anybody")).toBe("UNAUTHENTICATED");
  await waitFor(async () => {
    const sql = "SELECT id FROM api_tokens WHERE id = $1 AND last_used_at IS NOT NULL";
    return (await app.stores.query(sql, [active.id])).length === 1;
  });

  const rows = await list();
  const [, ...columns] = rows.get(active.id) ?? [];
  expect(columns).toEqual(["a player", "player", "main,other", expect.any(String), expect.any(String), "active", ""]);
  expect(Math.abs(Date.parse(columns[3] ?? "") - Date.now() - 3_600_000)).toBeLessThan(60_000);
  expect(Date.parse(columns[4] ?? "")).toBeGreaterThanOrEqual(before);
  expect(rows.get(forEver.id)?.join("|")).toBe(`${forEver.id}|admin|admin|all boards|never|never|active|for ever`);
  expect(rows.get(nowhere.id)?.[3]).toBe("no board");
  expect(rows.get(expired.id)?.slice(5)).toEqual(["never", "expired", ""]);
});

test("a revoked token is refused within 5 s on every process, and its open subscriptions end", async () => {
  const { text, id } = await create("--sub", "leaked", "--role", "service");
  const other = await desk.create({ subject: "other" });
  const ends = [...(await subscribe(app, text)), ...(await subscribe(second, text))];
  const stays = await subscribe(app, other.token);
  expect([await outcome(app, text, "u"), await outcome(second, text, "u")]).toEqual(["done", "done"]);

  expect(await token("revoke", id)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`revoked ${id}`) as string,
  });
  const revokedAt = performance.now();
  expect(await Promise.all(ends)).toEqual([4403, "broken off", "broken off", 4403, "broken off", "broken off"]);
  for (const target of [app, second]) expect(await outcome(target, text, "u")).toBe("UNAUTHENTICATED");
  expect(performance.now() - revokedAt).toBeLessThan(5_000);
  expect((await updateScore(second, { userId: "u", scoreIncrement: 1, authToken: text })).status).toBe(401);
  const socket = await SocketClient.open(app.wsUrl);
  socket.send({ type: "connection_init", payload: { authorization: text } });
  expect(await socket.closed).toMatchObject({ code: 4403 });

  expect(await Promise.race([...stays, Promise.resolve("open")])).toBe("open");
  expect(await token("revoke", id)).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("before") as string,
  });
  expect((await list()).get(id)?.[6]).toBe("revoked");
});

test("subscriptions of a stored token end when it expires", async () => {
  const { token: text } = await desk.create({ subject: "short", expiresAt: new Date(Date.now() + 2_000) });
  expect(await Promise.all(await subscribe(app, text))).toEqual([4403, "broken off", "broken off"]);
  expect(await outcome(app, text, "u")).toBe("UNAUTHENTICATED");
});

test("while PostgreSQL is away, verified tokens go on and others wait; a revocation counts when it is back", async () => {
  const proxy = await TcpProxy.to(app.stores.databaseUrl);
  onTestFinished(() => proxy.stop());
  const env = { DATABASE_URL: proxy.through(app.stores.databaseUrl) };
  const api = await startTestApp({ role: "api", stores: app.stores, env });
  onTestFinished(() => api.stop());
  const [known, leaked, late] = [
    await desk.create({ subject: "known" }),
    await desk.create({ subject: "leaked" }),
    await desk.create({ subject: "late" }),
  ];
  for (const { token: text } of [known, leaked]) expect(await outcome(api, text, "u")).toBe("done");
  const [socketEnd] = await subscribe(api, leaked.token);

  proxy.lead("postgres://127.0.0.1:1");
  proxy.cut();
  await desk.revoke(leaked.id);
  expect(await outcome(api, known.token, "u")).toBe("done");
  expect(await outcome(api, late.token, "u")).toBe("UNAVAILABLE");
  const refusal = await updateScore(api, { userId: "u", scoreIncrement: 1, authToken: late.token });
  expect(refusal.status).toBe(503);
  expect(refusal.headers.get("retry-after")).toBe("1");
  expect(codeOf(await graphql(api, { query: "{ topScores { rank } }", token: late.token }))).toBe("UNAVAILABLE");
  expect((await graphql(api, { query: "{ topScores { rank } }" })).errors).toBeUndefined();
  const socket = await SocketClient.open(api.wsUrl);
  socket.send({ type: "connection_init", payload: { authorization: late.token } });
  expect(await socket.closed).toMatchObject({ code: 1013 });

  proxy.lead(app.stores.databaseUrl);
  await waitFor(async () => (await outcome(api, late.token, "u")) === "done");
  expect(await socketEnd).toBe(4403);
  expect(await outcome(api, leaked.token, "u")).toBe("UNAUTHENTICATED");
  expect(await outcome(api, known.token, "u")).toBe("done");
});

test.each([
  ["of an unknown ID", ["revoke", "999999"], 1, "999999"],
  ["without an ID", ["revoke"], 64, "ID"],
])("revoke %s fails with a sentence", async (_name, args, exitCode, word) => {
  const { code, stdout, stderr } = await token(...args);
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
  expect(stderr).toContain(word);
  expect(stderr).not.toMatch(/\bat .*\.[tj]s:\d/);
});

test("without PostgreSQL a command fails with a sentence, and prints no password", async () => {
  const away = { DATABASE_URL: "postgres://u:dbpass@127.0.0.1:1/none" };
  const { code, stdout, stderr } = await run(["src/cli.ts", "token", "list"], away);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("PostgreSQL");
  expect(stderr).not.toContain("dbpass");
});
