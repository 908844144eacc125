import { describe, expect, test } from "vitest";
import { useTestApp, type TestApp } from "../helpers/app.js";
import { ask, expectRawRefusal, rawRequest } from "../helpers/raw-http.js";

const friend = "https://friend.example";
const json = { "Content-Type": "application/json" };
const query = JSON.stringify({ query: "{ __typename }" });
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

const app = useTestApp({ env: { CORS_ORIGINS: `${friend},capacitor://localhost` } });
const production = useTestApp({ beside: app, role: "api", env: { NODE_ENV: "production" } });

describe("a malformed request is refused with one of our own messages", () => {
  test.each<[string, string, number]>([
    ["a malformed address", rawRequest("GET", "/%"), 400],
    ["an address that is no text", rawRequest("GET", "/%E0%A4%A"), 400],
    ["an unknown address", rawRequest("GET", "/nope"), 404],
    ["a method that nobody knows", rawRequest("BREW", "/graphql"), 400],
    ["a tunnel", rawRequest("CONNECT", "example.com:443"), 405],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["a Host that is none", rawRequest("POST", "/graphql", { ...json, Host: "a b" }, query), 400],
    ["an expectation", rawRequest("POST", "/graphql", { ...json, Expect: "wonders" }, query), 417],
    ["no HTTP at all", "hello\r\n\r\n", 400],
    ["HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["headers that are too large", rawRequest("GET", "/", { "X-Large": "x".repeat(20_000) }), 431],
    ["two lengths", rawRequest("POST", "/graphql", { ...json, "Transfer-Encoding": "chunked" }, query), 400],
    [
      "a body that is too large",
      rawRequest("POST", "/graphql", json, JSON.stringify({ query: "#".repeat(110_000) })),
      413,
    ],
    ["a body that is no JSON", rawRequest("POST", "/graphql", json, "{"), 400],
    ["a form", rawRequest("POST", "/graphql", { "Content-Type": "application/x-www-form-urlencoded" }, "a=b"), 415],
  ])("%s", async (_what, text, status) => {
    expectRawRefusal(await ask(app.url, text), status);
  });

  test("also on the operators' port", async () => {
    expectRawRefusal(await ask(app.opsUrl, rawRequest("GET", "/%")), 400);
    expectRawRefusal(await ask(app.opsUrl, rawRequest("GET", "/nope")), 404);
    expectRawRefusal(await ask(app.opsUrl, rawRequest("POST", "/healthz")), 405);
    expectRawRefusal(await ask(app.opsUrl, "hello\r\n\r\n"), 400);
  });

  test("an HTTP/1.0 client needs no Host, as load balancers' probes have none", async () => {
    const health = await ask(app.opsUrl, "GET /healthz HTTP/1.0\r\n\r\n");
    expect(health).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    const head = `POST /graphql HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: ${query.length}\r\n\r\n`;
    expect((await ask(app.url, head + query)).status).toBe(200);
  });
});

describe("the wrong method at a known address is 405, with the allowed methods", () => {
  test.each([
    ["PUT", "/graphql", "GET, HEAD, POST"],
    ["DELETE", "/graphql/stream", "GET, HEAD, POST"],
    ["GET", "/api/v1/scores/update", "POST"],
    ["HEAD", "/api/v1/scores/update", "POST"],
    ["PROPFIND", "/api/v1/scores/enqueue", "POST"],
    ["POST", "/", "GET, HEAD"],
    ["PATCH", "/playground", "GET, HEAD"],
    ["POST", "/assets/any.js", "GET, HEAD"],
  ])("%s %s", async (method, path, allow) => {
    const response = await fetch(`${app.url}${path}`, { method, headers: { origin: friend } });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
    expect(response.headers.get("access-control-allow-origin")).toBe(friend);
  });

  test("and OPTIONS says so", async () => {
    const response = await fetch(`${app.url}/graphql`, { method: "OPTIONS" });
    expect({ status: response.status, allow: response.headers.get("allow") }).toEqual({
      status: 204,
      allow: "GET, HEAD, POST",
    });
  });
});

test.each(["/%", "/nope", "/api/v1/scores/update"])(
  "a page of the allowlist may read why %s is refused",
  async (path) => {
    for (const origin of [friend, "capacitor://localhost"]) {
      const { head } = await ask(app.url, rawRequest("GET", path, { Origin: origin }));
      expect(head.toLowerCase()).toContain(`\r\naccess-control-allow-origin: ${origin}`);
      expect(head.toLowerCase()).toMatch(/\r\nvary: [^\r]*origin/);
    }
    const { head } = await ask(app.url, rawRequest("GET", path, { Origin: "https://foe.example" }));
    expect(head.toLowerCase()).not.toContain("access-control-allow-origin");
  },
);

describe("in a browser", () => {
  const visit = (target: TestApp, path: string, accept = browser) =>
    fetch(`${target.url}${path}`, { headers: { accept }, redirect: "manual" });

  test("the address for GraphQL redirects to the playground", async () => {
    const response = await visit(app, "/graphql");
    expect({ status: response.status, location: response.headers.get("location") }).toEqual({
      status: 303,
      location: "/playground",
    });
  });

  test("it explains itself when there is no playground", async () => {
    const response = await visit(production, "/graphql");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await response.text()).toContain("GraphQL");
  });

  test("an operation in the address is still an operation", async () => {
    const response = await fetch(`${app.url}/graphql?query={__typename}`, {
      headers: { accept: browser, "graphql-require-preflight": "1" },
    });
    expect(response.status).not.toBe(303);
  });

  test.each([
    ["/nope", 404],
    ["/%", 400],
    ["/api/v1/scores/update", 405],
    ["/graphql/stream", 400],
  ])("%s shows a page, which loads and runs nothing", async (path, status) => {
    const { status: given, head, body } = await ask(app.url, rawRequest("GET", path, { Accept: browser }));
    expect(given).toBe(status);
    expect(head).toContain("content-type: text/html; charset=utf-8");
    expect(head).toMatch(/content-security-policy: default-src 'none';style-src 'sha256-[\w+/=]+';base-uri 'none'/);
    expect(body).toMatch(/^<!doctype html>/);
    expect(body).not.toMatch(/<script|style=|https?:/);
  });

  test.each(["*/*", "application/json", "application/json, text/html;q=0.5"])("%s gets JSON", async (accept) => {
    expectRawRefusal(await ask(app.url, rawRequest("GET", "/nope", { Accept: accept })), 404);
  });
});

describe("no refusal names the software", () => {
  test.each<[string, string, RequestInit]>([
    ["a GET that a browser would send unasked", "?query={__typename}", {}],
    [
      "a POST that a browser would send unasked",
      "",
      { method: "POST", body: "{}", headers: { "content-type": "text/plain" } },
    ],
    ["no operation", "", { headers: { "content-type": "application/json" } }],
    ["a batch", "", { method: "POST", body: "[]", headers: { "content-type": "application/json" } }],
    [
      "a subscription",
      "",
      {
        method: "POST",
        body: '{"query":"subscription{topScoresUpdated{revision}}"}',
        headers: { "content-type": "application/json" },
      },
    ],
  ])("%s", async (_what, search, init) => {
    const response = await fetch(`${app.url}/graphql${search}`, init);
    expect(response.status).toBe(400);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await response.text()).not.toMatch(/apollo|fastify/i);
  });

  test("a field with the software's name in it is the client's own", async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: "POST",
      body: '{"query":"{ apollo }"}',
      headers: { "content-type": "application/json" },
    });
    expect(await response.text()).toContain("apollo");
  });
});

test.each([
  "/",
  "/playground",
  "/graphql",
  "/graphql/stream?query={__typename}",
  "/api/v1/scores/update",
  "/nope",
  "/assets/x.js",
])("nosniff stands on the answer of %s", async (path) => {
  expect((await fetch(`${app.url}${path}`)).headers.get("x-content-type-options")).toBe("nosniff");
});

test.each(["/healthz", "/readyz", "/metrics", "/nope"])(
  "nosniff stands on the answer of the operators' %s",
  async (path) => {
    expect((await fetch(`${app.opsUrl}${path}`)).headers.get("x-content-type-options")).toBe("nosniff");
  },
);
