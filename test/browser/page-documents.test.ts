import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { muchReading, startTestApp, useTestApp, type TestApp } from "../helpers/app.js";
import { graphql } from "../helpers/requests.js";

/** What the server writes into the pages, of a real service. */

const hostile = `"><script>alert(1)</script>&'</noscript>`;
const avatars = "https://pictures.example";
const browser = "text/html,application/xhtml+xml,*/*;q=0.8";
const app = useTestApp({ env: { BOARDS: "main,empty", AVATAR_ORIGINS: avatars, TRUST_PROXY: "127.0.0.1" } });

async function get(path: string, headers: Record<string, string> = {}, of: TestApp = app) {
  const response = await fetch(`${of.url}${path}`, { headers: { accept: browser, ...headers }, redirect: "manual" });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** The content of a tag `<meta name>` or `<meta property>`, as the page has it; undefined without it. */
function metaOf(body: string, name: string): string | undefined {
  return new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)"`).exec(body)?.[1];
}

async function mutate(query: string, variables: object) {
  const { errors } = await graphql(app, { query, variables, token: app.token("root", "admin") });
  expect(errors).toBeUndefined();
}

beforeAll(async () => {
  await mutate(`mutation ($input: CreateBoardInput!) { createBoard(input: $input) { id } }`, {
    input: { id: "runs", title: `Runs ${hostile}`, operator: "BEST", order: "LOWEST_FIRST", unit: "MILLISECONDS" },
  });
  const submit = `mutation ($board: ID!, $changes: [ScoreChangeInput!]!) {
    submitChanges(board: $board, changes: $changes) { error { message } }
  }`;
  await mutate(submit, {
    board: "runs",
    changes: [
      { userId: "ada", score: 3_723_004 },
      { userId: hostile, score: 83_456 },
    ],
  });
  await mutate(submit, {
    board: "main",
    changes: [
      { userId: "ada", increment: 1_654 },
      { userId: "guido", increment: 1_647 },
      { userId: "..", increment: 5 },
      { userId: "a/b?c#d", increment: -4 },
    ],
  });
  await mutate(`mutation ($input: SetPlayerInput!) { setPlayer(input: $input) { id } }`, {
    input: { userId: "ada", displayName: "Ada \u{1F680} <b>", country: "GB" },
  });
});

describe("a board's page", () => {
  test("says who leads, in its title, its description and its preview", async () => {
    const { status, body } = await get("/");
    expect(status).toBe(200);
    expect(body).toContain("<title>Standings</title>");
    expect(body.match(/<meta name="description"/g)).toHaveLength(1);
    const text = "Ada \u{1F680} &#60;b&#62; leads with 1,654 points, 7 ahead of guido. Live standings.";
    expect(metaOf(body, "description")).toBe(text);
    expect(metaOf(body, "og:description")).toBe(text);
    expect(metaOf(body, "og:url")).toBe(`${app.url}/`);
    expect(metaOf(body, "og:image")).toBe(`${app.url}/share.png`);
    expect(metaOf(body, "twitter:card")).toBe("summary_large_image");
    expect(metaOf(body, "standings:avatar-origins")).toBe(avatars);
    expect(body).toMatch(/<link rel="manifest".*<link rel="apple-touch-icon"/s);
    expect(body.match(/<meta name="theme-color" media="\(prefers-color-scheme: (?:light|dark)\)"/g)).toHaveLength(2);
  });

  test("is the main board's at /b/main and at /?board=main, too", async () => {
    const { body } = await get("/");
    expect((await get("/b/main")).body).toBe(body);
    expect((await get("/?board=main")).body).toBe(body);
  });

  test("shows its standings to people without JavaScript, with times as times", async () => {
    const { body } = await get("/b/runs");
    const plain = /<noscript>(<main.*?)<\/noscript>/s.exec(body)?.[1] ?? "";
    expect(plain).toContain('<th scope="col">Time</th>');
    const rows = [...plain.matchAll(/<tr[^>]*><td>(\d+)<\/td>.*?<td>([^<]*)<\/td><\/tr>/g)].map(([, ...row]) => row);
    expect(rows).toEqual([
      ["1", "1:23.456"],
      ["2", "1:02:03.004"],
    ]);
    expect(body).toMatch(/<noscript><meta http-equiv="refresh" content="\d+" \/><link rel="stylesheet"/);
    expect((await get("/plain.css")).headers.get("content-type")).toContain("text/css");
    expect((await get("/b/empty")).body).toContain("Nobody has a score yet.");
  });

  test("links to every player whose id can stand in an address", async () => {
    const { body } = await get("/");
    expect(body).toContain('href="/p/a%2Fb%3Fc%23d"');
    expect((await get("/p/a%2Fb%3Fc%23d")).body).toContain("4th on main with −4 points.");
    expect(body).toContain('<th scope="row"><bdi>..</bdi></th>');
  });

  test("has names and titles as text, whatever they contain", async () => {
    for (const path of ["/b/runs", `/p/${encodeURIComponent(hostile)}?board=runs`, "/overlay/runs", "/"]) {
      const { status, body } = await get(path);
      expect(status).toBe(200);
      expect(body).not.toContain("<script>");
      expect(body).not.toContain("<b>");
      // The page's own elements alone close.
      expect(body.match(/<\/noscript>/g)?.length).toBe(body.match(/<noscript>/g)?.length);
    }
  });

  test("is asked for anew each time, and sent again only when it shows something else", async () => {
    const first = await get("/b/runs");
    expect(first.headers.get("cache-control")).toBe("no-cache");
    const ask = { "if-none-match": String(first.headers.get("etag")) };
    expect((await get("/b/runs", ask)).status).toBe(304);
    await mutate(`mutation { submitScore(board: "runs", userId: "guido", score: 1) { success } }`, {});
    expect((await get("/b/runs", ask)).status).toBe(200);
  });

  test("names itself as the visitor's browser does, also behind a proxy", async () => {
    const proxied = { "x-forwarded-for": "203.0.113.5", "x-forwarded-proto": "https", "x-forwarded-host": "a.example" };
    const { body } = await get("/b/runs", proxied);
    expect(metaOf(body, "og:url")).toBe("https://a.example/b/runs");
    expect(body).toContain('<link rel="canonical" href="https://a.example/b/runs" />');
    const forged = await get("/b/runs", { ...proxied, "x-forwarded-host": 'a"><script>' });
    expect(forged.body).not.toContain("<script>");
    expect(metaOf(forged.body, "og:url")).toBeUndefined();
  });
});

describe("a player's page", () => {
  test("says where the player stands", async () => {
    const { status, body } = await get("/p/guido");
    expect(status).toBe(200);
    expect(body).toContain("<title>guido – Standings</title>");
    expect(metaOf(body, "description")).toBe("2nd on main with 1,647 points. 7 behind Ada \u{1F680} &#60;b&#62;.");
    expect(metaOf(body, "robots")).toBe("noindex");
    expect(body).toContain('<tr class="own" aria-current="true"><td>2</td>');
  });

  test("is there for players without a score, and for each board", async () => {
    expect((await get("/p/nobody")).body).toContain("nobody has no score on main yet.");
    expect((await get("/p/ada?board=runs")).body).toContain("1:02:03.004");
  });

  test.each(["/p/a%00b", `/p/${"x".repeat(256)}`, "/p/ada?board=nope", "/p/ada?board=main&board=runs", "/p/"])(
    "is not there for %s",
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});

describe("an address that is not there", () => {
  test.each(["/nope", "/b/", "/overlay/nope", "/index.html"])("%s shows a page to people", async (path) => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(404);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toContain('href="/"');
  });

  test("answers programs in JSON, and everybody where the API is", async () => {
    expect((await get("/nope", { accept: "*/*" })).body).toMatch(/^\{"success":false/);
    expect((await get("/api/v1/nope")).body).toMatch(/^\{"success":false/);
  });

  test("of a board has the board's page, which says so", async () => {
    for (const path of ["/b/nope", "/b/no%20board", `/b/${"x".repeat(65)}`]) {
      const { status, headers, body } = await get(path);
      expect(status).toBe(404);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("etag")).toBeNull();
      expect(body).toContain("There is no such board here.");
      expect(body).toContain('<div id="root">');
    }
  });
});

test("a page counts as a read of its address, and is refused to people with a page", async () => {
  const limited = await startTestApp({
    stores: app.stores,
    role: "api",
    env: { READ_RATE_LIMIT_PER_SECOND: "1", READ_RATE_LIMIT_BURST: "3" },
  });
  try {
    const statuses = [];
    for (const path of ["/", "/b/main", "/p/ada", "/", "/playground"]) statuses.push(await get(path, {}, limited));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    expect(statuses[3]?.headers.get("retry-after")).toBe("1");
    expect(statuses[3]?.body).toMatch(/^<!doctype html>/);
    // A page that is there must be able to load what it needs.
    expect((await get("/manifest.webmanifest", {}, limited)).status).toBe(200);
  } finally {
    await limited.stop();
  }
});

describe("the demo's tokens", () => {
  let folder: string;
  let demo: TestApp;
  const tokens = [{ label: `You "&<`, token: "eyJ.token" }];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "standings-demo-tokens-"));
    const file = join(folder, "tokens.json");
    await writeFile(file, JSON.stringify(tokens));
    demo = await startTestApp({ stores: app.stores, role: "api", env: { ...muchReading, DEMO_TOKENS_FILE: file } });
  });
  afterAll(async () => {
    await demo.stop();
    await rm(folder, { recursive: true });
  });

  /** As `node:http` sends it: fetch does not let the Host header be chosen. */
  const open = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ body: string; cacheControl: string | undefined; etag: string | undefined }>((resolve, reject) => {
      request(`${demo.url}${path}`, { headers: { accept: browser, ...headers } }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("end", () =>
          resolve({ body, cacheControl: response.headers["cache-control"], etag: response.headers.etag }),
        );
      })
        .on("error", reject)
        .end();
    });

  test.each(["/p/ada", "/playground"])("are in %s on this machine, which is kept nowhere", async (path) => {
    const { body, cacheControl, etag } = await open(path);
    const content = (metaOf(body, "standings:demo-tokens") ?? "").replace(/&#(\d+);/g, (_, code: string) =>
      String.fromCharCode(Number(code)),
    );
    expect(JSON.parse(content)).toEqual(tokens);
    expect(cacheControl).toBe("no-store");
    expect(etag).toBeUndefined();
  });

  test.each<[string, Record<string, string>]>([
    ["through a proxy", { "x-forwarded-for": "203.0.113.5" }],
    ["through a proxy that names itself", { via: "1.1 example" }],
    ["through a proxy of RFC 7239", { forwarded: "for=203.0.113.5" }],
    ["for a name that is made to lead here", { host: "evil.example" }],
    ["for a name that looks like ours", { host: "127.0.0.1.evil.example:4000" }],
    ["for another address of this machine", { host: "192.168.0.7:4000" }],
    ["for a script of another origin", { origin: "http://localhost:5173" }],
    ["for a script", { "sec-fetch-mode": "cors" }],
  ])("are in no page %s", async (_what, headers) => {
    for (const path of ["/p/ada", "/playground"]) {
      expect((await open(path, headers)).body).not.toContain("eyJ.token");
    }
  });

  test("are in no page where nobody signs in, that is missing, or of a service without them", async () => {
    for (const path of ["/", "/b/main", "/overlay/main"]) expect((await open(path)).body).not.toContain("eyJ.token");
    expect((await open("/b/nope")).body).not.toContain("eyJ.token");
    expect((await get("/p/ada")).body).not.toContain("demo-tokens");
  });
});
