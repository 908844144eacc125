import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "graphql-sse";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../scripts/stack.js";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { codeOf, increment, postGraphQL } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const persisted = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } });

const send = (app: TestApp, body: unknown, headers: Record<string, string> = {}) =>
  postGraphQL(app, JSON.stringify(body), headers);

async function start(env: Record<string, string> = {}): Promise<TestApp> {
  const app = await startTestApp({ stores, env });
  onTestFinished(() => app.stop());
  return app;
}

test.each(["on", "off"])("automatic persisted queries, with prepared operations %s", async (prepared) => {
  const app = await start({ PREPARED_OPERATIONS: prepared });
  const query = `query ($n: Int!) { topScores(limit: $n) { rank } } # ${prepared}`;
  const hash = sha256(query);
  const byHash = (variables: unknown) => send(app, { variables, extensions: persisted(hash) });
  expect(codeOf(await byHash({ n: 1 }))).toBe("PERSISTED_QUERY_NOT_FOUND");
  const wrong = await send(app, { query, variables: { n: 1 }, extensions: persisted(sha256("other")) });
  expect(wrong.errors?.[0]?.message).toContain("sha");
  const registered = await send(app, { query, variables: { n: 1 }, extensions: persisted(hash) });
  expect(registered.data).toEqual({ topScores: [] });
  for (let count = 0; count < 6; count += 1) {
    const { text, status } = await byHash({ n: 1 });
    expect({ text, status }).toEqual({ text: registered.text, status: 200 });
    expect(codeOf(await byHash({ n: "x" }))).toBe("BAD_USER_INPUT");
  }
});

describe.each(["on", "off"])("over GET, with prepared operations %s", (prepared) => {
  const cacheable = "public, max-age=1, stale-while-revalidate=4";
  const shared = 'query Top($n: Int!) { topScores(board: "cached", limit: $n) { userId score } }';
  const personal = '{ scoreHistory(userId: "u") { totalCount } }';
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({
      stores,
      env: { PREPARED_OPERATIONS: prepared, BOARDS: "main,cached", CORS_ORIGINS: "https://friend.example" },
    });
    for (const query of [shared, personal, subscription]) {
      await send(app, { query, variables: { n: 1 }, extensions: persisted(sha256(query)) });
    }
  });
  afterAll(() => app.stop());

  const subscription = "subscription { topScoresUpdated { revision } }";
  const get = async (parts: Record<string, string>, headers: Record<string, string> = {}, method = "GET") => {
    const response = await fetch(`${app.url}/graphql?${new URLSearchParams(parts).toString()}`, { method, headers });
    const header = (name: string) => response.headers.get(name);
    return { status: response.status, control: header("cache-control"), header, text: await response.text() };
  };
  const named = (query: string, variables: unknown = {}) => ({
    extensions: JSON.stringify(persisted(sha256(query))),
    variables: JSON.stringify(variables),
  });
  const preflight = { "graphql-require-preflight": "1" };

  test("a shared query may be cached, and its tag changes with the answer", async () => {
    const first = await get(named(shared, { n: 3 }), { "x-request-id": "own" });
    expect([first.status, first.control, first.header("x-request-id")]).toEqual([200, cacheable, null]);
    expect(first.header("vary")).toBe("Origin, Accept, Authorization");
    const tag = first.header("etag") ?? "";
    for (let count = 0; count < 6; count += 1) {
      const again = await get(named(shared, { n: 3 }), { "if-none-match": `"x", W/${tag}` });
      expect([again.status, again.text, again.control, again.header("etag")]).toEqual([304, "", cacheable, tag]);
      const whole = await get(named(shared, { n: 3 }));
      expect([whole.text, whole.header("etag")]).toEqual([first.text, tag]);
    }
    const posted = await send(app, { extensions: persisted(sha256(shared)), variables: { n: 3 } });
    expect([posted.text, posted.headers.get("cache-control")]).toEqual([first.text, "no-store"]);
    const head = await get(named(shared, { n: 3 }), {}, "HEAD");
    expect([head.status, head.header("etag"), head.text]).toEqual([200, tag, ""]);
    const other = await get(named(shared, { n: 3 }), { accept: "application/graphql-response+json" });
    expect(other.header("etag")).not.toBe(tag);
    await increment(app, app.token("u"), { board: "cached", userId: "u", scoreIncrement: 1 });
    expect((await get(named(shared, { n: 3 }), { "if-none-match": tag })).status).toBe(200);
  });

  test.each<[string, () => Record<string, string>, () => Record<string, string>]>([
    ["with a token", () => named(shared, { n: 1 }), () => ({ authorization: `Bearer ${app.token("u")}` })],
    ["with a refused token", () => named(shared, { n: 1 }), () => ({ authorization: "Bearer wrong" })],
    ["of a field that is not shared", () => named(personal), () => ({})],
    ["of a subscription", () => named(subscription), () => ({})],
    ["of an unknown hash", () => named("{ nope }"), () => ({})],
    ["of refused variables", () => named(shared, { n: "x" }), () => ({})],
    ["that fails", () => named(shared, { n: 0 }), () => ({})],
    ["of malformed variables", () => ({ ...named(shared), variables: "{" }), () => ({})],
    ["of a document in full", () => ({ query: shared, variables: '{"n":1}' }), () => ({})],
    ["of a document with its hash", () => ({ query: shared, ...named(shared, { n: 1 }) }), () => ({})],
  ])("a request %s is not cached", async (_what, parts, headers) => {
    const { control, header } = await get(parts(), { ...preflight, ...headers() });
    expect([control, header("etag")]).toEqual(["no-store", null]);
  });
});

describe("TRUSTED_DOCUMENTS=only", () => {
  const trusted = "query Top { topScores(limit: 3) { userId score } }";
  const subscription = "subscription Live { topScoresUpdated { revision } }";
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "standings-manifest-"));
    file = join(folder, "documents.json");
    const entries = [trusted, subscription].map((text) => [`sha256:${sha256(text)}`, text]);
    await writeFile(file, JSON.stringify(Object.fromEntries(entries)));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const startTrusting = () => start({ TRUSTED_DOCUMENTS: "only", TRUSTED_DOCUMENTS_FILE: file });

  test("answers only the manifest's documents, in full (in any layout) and by hash", async () => {
    const app = await startTrusting();
    for (let count = 0; count < 6; count += 1) {
      for (const body of [
        { query: trusted },
        { query: "query Top {\n  topScores(limit: 3) { userId, score }\n}" },
        { extensions: persisted(sha256(trusted)) },
      ]) {
        expect((await send(app, body)).data).toEqual({ topScores: [] });
      }
      for (const query of [
        "{ topScores { rank } }",
        "query Top { topScores(limit: 4) { userId score } }",
        "{ __typename }",
      ]) {
        const refused = await send(app, { query });
        expect(refused.status).toBe(200);
        expect(codeOf(refused)).toBe("FORBIDDEN");
        expect(codeOf(await send(app, { query, extensions: persisted(sha256(query)) }))).toBe("FORBIDDEN");
        expect(codeOf(await send(app, { extensions: persisted(sha256(query)) }))).toBe("PERSISTED_QUERY_NOT_FOUND");
        const strict = await send(app, { query }, { accept: "application/graphql-response+json" });
        expect(strict.status).toBe(403);
      }
    }
  });

  test("holds over WebSocket and server-sent events, too", async () => {
    const app = await startTrusting();
    const socket = await SocketClient.connect(app.wsUrl);
    onTestFinished(() => socket.close());
    socket.subscribe(subscription);
    expect((await socket.next()).type).toBe("next");
    socket.subscribe("subscription { topScoresUpdated { board } }");
    expect(await socket.next()).toMatchObject({ type: "error", payload: [{ extensions: { code: "FORBIDDEN" } }] });
    const events = createClient({ url: `${app.url}/graphql/stream`, retryAttempts: 0 });
    onTestFinished(() => events.dispose());
    const results = events.iterate({ query: "{ topScores { rank } }" });
    expect((await results.next()).value).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
  });

  test("without a manifest ends with an error that names the file", async () => {
    const missing = join(folder, "missing.json");
    const starting = startTestApp({
      stores,
      role: "api",
      env: { TRUSTED_DOCUMENTS: "only", TRUSTED_DOCUMENTS_FILE: missing },
    });
    await expect(starting).rejects.toThrow(missing);
  });

  test("the page's own manifest holds the page's operations", async () => {
    const manifest = await readFile(join(projectRoot, "web", "src", "gql", "persisted-documents.json"), "utf8");
    const operation = /(?:query|mutation|subscription) \w+/g;
    const sources = await readdir(join(projectRoot, "web", "src"), { recursive: true });
    const written = sources
      .filter((name) => name.endsWith("operations.ts"))
      .map(async (name) => (await readFile(join(projectRoot, "web", "src", name), "utf8")).match(operation) ?? []);
    const kept = Object.values(JSON.parse(manifest) as Record<string, string>).map(
      (text) => text.match(operation)?.[0],
    );
    expect(kept.sort()).toEqual((await Promise.all(written)).flat().sort());
    expect(kept).toContain("query BoardFacts");
  });
});
