import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { RawHttp, rawRequest, type RawAnswer } from "../helpers/raw-http.js";
import { SocketClient } from "../helpers/socket-client.js";
import { startStores, type Stores } from "../helpers/stores.js";

const friend = "https://friend.example";
const json = { "Content-Type": "application/json" };
const query = JSON.stringify({ query: "{ __typename }" });
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

let stores: Stores;
let app: TestApp;
let production: TestApp;

beforeAll(async () => {
  stores = await startStores();
  app = await startTestApp({ stores, env: { CORS_ORIGINS: `${friend},capacitor://localhost` } });
  production = await startTestApp({ stores, role: "api", env: { NODE_ENV: "production" } });
});
afterAll(async () => {
  await production.stop();
  await app.stop();
  await stores.stop();
});

function ask(text: string, url = app.url): Promise<RawAnswer> {
  return new RawHttp(url).send(text).answer();
}

describe("an offer to go on in another protocol is ignored", () => {
  const offer = {
    Connection: "Upgrade, HTTP2-Settings",
    Upgrade: "h2c",
    "HTTP2-Settings": "AAMAAABkAAQAoAAAAAIAAAAA",
  };
  const increment = () => JSON.stringify({ userId: "java", scoreIncrement: 1, authToken: app.token("java") });

  test("a GraphQL operation is answered, and so is the next request on the connection", async () => {
    const connection = new RawHttp(app.url);
    for (const headers of [{ ...offer, ...json }, json, { ...offer, ...json }, json]) {
      const { status, body } = await connection.send(rawRequest("POST", "/graphql", headers, query)).answer();
      expect({ status, body }).toEqual({ status: 200, body: '{"data":{"__typename":"Query"}}\n' });
    }
  });

  test("an increment over REST is applied, though its body comes late and in pieces", async () => {
    const connection = new RawHttp(app.url);
    const text = rawRequest("POST", "/api/v1/scores/update", { ...offer, ...json }, increment());
    const middle = text.indexOf("\r\n\r\n") + 10;
    connection.send(text.slice(0, middle));
    expect((await ask(rawRequest("GET", "/nope"))).status).toBe(404);
    connection.send(text.slice(middle));
    expect((await connection.answer()).status).toBe(200);
    expect((await connection.send(rawRequest("GET", "/nope")).answer()).status).toBe(404);
  });

  test.each(["h2c", "TLS/1.0, HTTP/1.1", "websocket2", "h2c, websocket"])("an offer of %s", async (upgrade) => {
    const headers = { ...json, Connection: "Upgrade", Upgrade: upgrade };
    expect((await ask(rawRequest("POST", "/graphql", headers, query))).status).toBe(200);
    expect((await ask(rawRequest("GET", "/nope", headers))).status).toBe(404);
  });

  test("curl --http2 gets its answer", async () => {
    const args = ["-sS", "--http2", "-H", "content-type: application/json", "-d", query, "-w", "%{http_code}"];
    const { stdout } = await promisify(execFile)("curl", [...args, `${app.url}/graphql`]);
    expect(stdout).toBe('{"data":{"__typename":"Query"}}\n200');
  });

  test("a WebSocket is none of these, whatever came before it on the connection", async () => {
    (await SocketClient.connect(app.wsUrl)).close();
    const connection = new RawHttp(app.url);
    expect((await connection.send(rawRequest("POST", "/graphql", { ...offer, ...json }, query)).answer()).status).toBe(
      200,
    );
    const handshake = {
      Connection: "Upgrade",
      Upgrade: "WebSocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Protocol": "graphql-transport-ws",
    };
    const { status, head } = await connection.send(rawRequest("GET", "/graphql", handshake)).answer();
    expect(status).toBe(101);
    expect(head).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });
});

describe("a handshake that is none is refused in our own words", () => {
  const offer = { Connection: "Upgrade", Upgrade: "websocket" };
  const key = { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==" };

  test.each<[string, string, string, Record<string, string>, number]>([
    ["an address that has none", "GET", "/nope", { ...key, "Sec-WebSocket-Version": "13" }, 404],
    [
      "a foreign page",
      "GET",
      "/graphql",
      { ...key, "Sec-WebSocket-Version": "13", Origin: "https://foe.example" },
      403,
    ],
    ["no key", "GET", "/graphql", { "Sec-WebSocket-Version": "13" }, 400],
    ["an old version", "GET", "/graphql", { ...key, "Sec-WebSocket-Version": "12" }, 400],
    ["another method", "POST", "/graphql", { ...key, "Sec-WebSocket-Version": "13" }, 405],
  ])("%s", async (_what, method, path, headers, status) => {
    const connection = new RawHttp(app.url).send(rawRequest(method, path, { ...offer, ...headers }));
    expectRefusal(await connection.answer(), status);
    await connection.closed();
  });
});

function expectRefusal({ status, head, body }: RawAnswer, expected: number): void {
  expect({ status, body }).toMatchObject({
    status: expected,
    body: expect.stringMatching(/^\{"success":false,"message":"[^"]+"\}$/) as string,
  });
  expect(head.toLowerCase()).toContain("\r\nx-content-type-options: nosniff");
  expect(head.toLowerCase()).toContain("\r\ncontent-type: application/json; charset=utf-8");
  expect(head + body).not.toMatch(/fastify|FST_|apollo/i);
}

describe("what can't be answered is refused in our own words", () => {
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
    expectRefusal(await ask(text), status);
  });

  test("also on the operators' port", async () => {
    expectRefusal(await ask(rawRequest("GET", "/%"), app.opsUrl), 400);
    expectRefusal(await ask(rawRequest("GET", "/nope"), app.opsUrl), 404);
    expectRefusal(await ask(rawRequest("POST", "/healthz"), app.opsUrl), 405);
    expectRefusal(await ask("hello\r\n\r\n", app.opsUrl), 400);
  });

  test("an HTTP/1.0 client needs no Host, as load balancers' probes have none", async () => {
    const health = await ask("GET /healthz HTTP/1.0\r\n\r\n", app.opsUrl);
    expect(health).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    const head = `POST /graphql HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: ${query.length}\r\n\r\n`;
    expect((await ask(head + query)).status).toBe(200);
  });
});

describe("the wrong method at a known address is 405, with those that it takes", () => {
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
      const { head } = await ask(rawRequest("GET", path, { Origin: origin }));
      expect(head.toLowerCase()).toContain(`\r\naccess-control-allow-origin: ${origin}`);
      expect(head.toLowerCase()).toMatch(/\r\nvary: [^\r]*origin/);
    }
    const { head } = await ask(rawRequest("GET", path, { Origin: "https://foe.example" }));
    expect(head.toLowerCase()).not.toContain("access-control-allow-origin");
  },
);

describe("in a browser", () => {
  const visit = (target: TestApp, path: string, accept = browser) =>
    fetch(`${target.url}${path}`, { headers: { accept }, redirect: "manual" });

  test("the address for GraphQL leads to the playground", async () => {
    const response = await visit(app, "/graphql");
    expect({ status: response.status, location: response.headers.get("location") }).toEqual({
      status: 303,
      location: "/playground",
    });
  });

  test("it says what it is where there is no playground", async () => {
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
    const { status: given, head, body } = await ask(rawRequest("GET", path, { Accept: browser }));
    expect(given).toBe(status);
    expect(head).toContain("content-type: text/html; charset=utf-8");
    expect(head).toMatch(/content-security-policy: default-src 'none';style-src 'sha256-[\w+/=]+';base-uri 'none'/);
    expect(body).toMatch(/^<!doctype html>/);
    expect(body).not.toMatch(/<script|style=|https?:/);
  });

  test.each(["*/*", "application/json", "application/json, text/html;q=0.5"])("%s gets JSON", async (accept) => {
    expectRefusal(await ask(rawRequest("GET", "/nope", { Accept: accept })), 404);
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

  test("a field of that name is the client's own", async () => {
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

describe("behind a trusted proxy", () => {
  let behind: TestApp;
  const limit = { MAX_CONNECTIONS_PER_ADDRESS: "2" };
  beforeAll(async () => {
    behind = await startTestApp({ stores, role: "api", env: { TRUST_PROXY: "127.0.0.1", ...limit } });
  });
  afterAll(() => behind.stop());

  const open = async (target: TestApp, address: string) => {
    const socket = await SocketClient.open(target.wsUrl, { headers: { "x-forwarded-for": address } });
    onTestFinished(() => socket.close());
    socket.send({ type: "connection_init" });
    return (await socket.next().catch(() => socket.closed)) as { type?: string; code?: number };
  };

  test("sockets and streams count for the address that it tells, an IPv6 address by its network", async () => {
    for (const address of ["198.51.100.1", "2001:db8:0:1::"]) {
      expect(await open(behind, address)).toEqual({ type: "connection_ack" });
      expect(await open(behind, address)).toEqual({ type: "connection_ack" });
    }
    expect(await open(behind, "198.51.100.1")).toMatchObject({ code: 1013 });
    expect(await open(behind, "2001:db8:0:1:ffff::1")).toMatchObject({ code: 1013 });
    expect(await open(behind, "2001:db8:0:2::")).toEqual({ type: "connection_ack" });
    const stream = await fetch(`${behind.url}/graphql/stream`, { headers: { "x-forwarded-for": "198.51.100.1" } });
    expect(stream.status).toBe(400);
    const body = JSON.stringify({ query: "{ __typename }" });
    const init = {
      method: "POST",
      body,
      headers: { "content-type": "application/json", "x-forwarded-for": "198.51.100.1" },
    };
    expect((await fetch(`${behind.url}/graphql/stream`, init)).status).toBe(503);
    // Its own connections are many people's, and are not counted for anybody.
    for (let count = 0; count < 5; count += 1)
      expect((await ask(rawRequest("GET", "/nope"), behind.url)).status).toBe(404);
  });

  test("its scheme and host are the page's", async () => {
    const told = { "x-forwarded-host": "scores.example", "x-forwarded-proto": "https" };
    (await SocketClient.open(behind.wsUrl, { headers: { origin: "https://scores.example", ...told } })).close();
    for (const origin of ["http://scores.example", behind.url]) {
      await expect(SocketClient.open(behind.wsUrl, { headers: { origin, ...told } })).rejects.toMatchObject({
        status: 403,
      });
    }
  });

  test("a client that is no proxy is believed nothing", async () => {
    const told = {
      "x-forwarded-host": "scores.example",
      "x-forwarded-proto": "https",
      "x-forwarded-for": "198.51.100.1",
    };
    await expect(
      SocketClient.open(app.wsUrl, { headers: { origin: "https://scores.example", ...told } }),
    ).rejects.toMatchObject({ status: 403 });
    const own = await startTestApp({ stores, role: "api", env: limit });
    onTestFinished(() => own.stop());
    expect(await open(own, "198.51.100.1")).toEqual({ type: "connection_ack" });
    expect(await open(own, "198.51.100.2")).toEqual({ type: "connection_ack" });
    expect(await open(own, "198.51.100.3")).toMatchObject({ code: 1013 });
  });
});

test("plain HTTP connections count like others, and one too many is told so", async () => {
  const own = await startTestApp({ stores, role: "api", env: { MAX_CONNECTIONS: "2" } });
  onTestFinished(() => own.stop());
  const first = new RawHttp(own.url);
  const second = new RawHttp(own.url);
  for (const connection of [first, second])
    expect((await connection.send(rawRequest("GET", "/nope")).answer()).status).toBe(404);
  const third = new RawHttp(own.url).send(rawRequest("GET", "/nope"));
  const refused = await third.answer();
  expectRefusal(refused, 503);
  expect(refused.head).toContain("retry-after: 1");
  await third.closed();
  first.socket.destroy();
  for (;;) {
    const { status } = await ask(rawRequest("GET", "/nope"), own.url);
    if (status === 404) break;
    expect(status).toBe(503);
  }
});
