import { createHash } from "node:crypto";
import { Agent } from "node:https";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { authorization, increment } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";
import { startReverseProxy, type ReverseProxy } from "./helpers/reverse-proxies.js";
import { Visitor, type Answer } from "./helpers/visitor.js";

/* The cache of deploy/nginx.conf, which shows answers of an outage for 7 s here instead of 60. */

const staleSeconds = 7;
const path = "/api/v1/boards/main/top?limit=5";
const cacheControl = "public, max-age=1, stale-while-revalidate=4";
/** `max-age` and `stale-while-revalidate` together, in milliseconds. */
const freshMs = 5_000;
/** An answer's Date has whole seconds, and the machine may be busy. */
const leewayMs = 1_500;

let stores: Stores;
let app: TestApp;
let proxy: ReverseProxy;
let agent: Agent;
let reader: Visitor;

beforeAll(async () => {
  stores = await startStores();
  app = await startTestApp({ stores, env: { TRUST_PROXY: "1" } });
  proxy = await startReverseProxy("nginx", new URL(app.url).host, staleSeconds);
  agent = new Agent({ keepAlive: true, maxSockets: 20 });
  reader = new Visitor(proxy, "127.0.0.1", agent);
});
afterAll(async () => {
  agent.destroy();
  await proxy.stop();
  await app.stop();
  await stores.stop();
});

const add = () => increment(app, app.token("ada"), { userId: "ada", scoreIncrement: 1 });
const revisionOf = ({ text }: Answer) => (JSON.parse(text) as { revision: number }).revision;
const ageOf = ({ headers }: Answer, now: number) => now - Date.parse(headers.date ?? "");

/** How many REST requests the service has answered. */
async function requests(): Promise<number> {
  const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
  const counts = text.matchAll(
    /^standings_operation_duration_seconds_count\{transport="(?:rest|graphql-http)"\} (\d+)/gm,
  );
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

test("a thousand readers cost the service a handful of requests", async () => {
  await add();
  const before = await requests();
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => reader.fetch(path)));
  const seconds = (performance.now() - began) / 1_000;
  for (const { status, headers, text } of answers) {
    expect({ status, control: headers["cache-control"] }).toEqual({ status: 200, control: cacheControl });
    expect(text).toBe(answers[0]?.text);
  }
  // One for the first reader, and one for each second that the readers take.
  expect((await requests()) - before).toBeLessThanOrEqual(2 + seconds);
});

test("the cache passes 304 and HEAD on", async () => {
  const { headers } = await reader.fetch(path);
  const unchanged = await reader.fetch(path, { headers: { "if-none-match": headers.etag ?? "" } });
  expect({ status: unchanged.status, text: unchanged.text }).toEqual({ status: 304, text: "" });
  expect(unchanged.headers["cache-control"]).toBe(cacheControl);
  expect((await reader.fetch(path, { method: "HEAD" })).headers.etag).toBe(headers.etag);
});

test("refusals are never cached", async () => {
  for (const [address, expected] of [
    ["/api/v1/boards/main/top?limit=0", 400],
    ["/api/v1/boards/main/players/nobody", 404],
  ] as const) {
    const before = await requests();
    for (let n = 0; n < 2; n += 1) {
      const { status, headers } = await reader.fetch(address);
      expect([status, headers["cache-control"], headers["x-cache"]]).toEqual([expected, "no-store", "MISS"]);
    }
    expect((await requests()) - before).toBe(2);
  }
});

test("a persisted query is cached, unless it has a token", async () => {
  const query = "query Top($n: Int!) { topScores(limit: $n) { userId } }";
  const persistedQuery = { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") };
  const extensions = JSON.stringify({ persistedQuery });
  const search = new URLSearchParams({ variables: '{"n":3}', extensions }).toString();
  const body = JSON.stringify({ query, variables: { n: 3 }, extensions: { persistedQuery } });
  const headers = { "content-type": "application/json" };
  await reader.fetch("/graphql", { method: "POST", headers, body });
  const before = await requests();
  for (let n = 0; n < 20; n += 1) {
    const { status, headers: answered, text } = await reader.fetch(`/graphql?${search}`);
    expect([status, answered["cache-control"]]).toEqual([200, cacheControl]);
    expect(JSON.parse(text)).toEqual({ data: { topScores: [{ userId: "ada" }] } });
  }
  expect((await requests()) - before).toBeLessThan(10);
  const withToken = { ...authorization(app.token("ada")), "graphql-require-preflight": "1" };
  const personal = await reader.fetch(`/graphql?${search}`, { headers: withToken });
  expect([personal.headers["cache-control"], personal.headers["x-cache"]]).toEqual(["no-store", undefined]);
});

test("an answer is never older than it says while the service is up", async () => {
  /** When each revision was acknowledged. */
  const madeAt = new Map<number, number>();
  const seen = new Set<number>();
  const until = performance.now() + 4_000;
  while (performance.now() < until) {
    madeAt.set((await add()).revision, performance.now());
    const asked = performance.now();
    const answer = await reader.fetch(path);
    const revision = revisionOf(answer);
    seen.add(revision);
    const overtakenAt = madeAt.get(revision + 1) ?? asked;
    expect(asked - overtakenAt).toBeLessThanOrEqual(freshMs + leewayMs);
    expect(ageOf(answer, Date.now())).toBeLessThanOrEqual(freshMs + leewayMs);
  }
  expect(seen.size).toBeGreaterThan(1);
});

test("while the service is down, answers stay for the time that is set, marked as stale, and then end", async () => {
  await waitFor(async () => (await reader.fetch(path)).status === 200);
  await app.stop();
  onTestFinished(() => app.restart());
  const kinds = new Set<string>();
  await waitFor(async () => {
    const answer = await reader.fetch(path);
    if (answer.status !== 200) return answer.status === 502;
    kinds.add(String(answer.headers["x-cache"]));
    expect(ageOf(answer, Date.now())).toBeLessThanOrEqual(1_000 * (1 + staleSeconds) + leewayMs);
    return false;
  }, 20_000);
  expect(kinds).toContain("STALE");
});
