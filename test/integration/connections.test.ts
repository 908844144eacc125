import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startTestApp, useTestApp, type TestApp } from "../helpers/app.js";
import { ask, expectRawRefusal, RawHttp, rawRequest } from "../helpers/raw-http.js";
import { SocketClient } from "../helpers/socket-client.js";

const json = { "Content-Type": "application/json" };
const query = JSON.stringify({ query: "{ __typename }" });

const app = useTestApp();

describe("an offer to switch to another protocol is ignored", () => {
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

  test("an increment over REST is applied even when its body arrives late and in pieces", async () => {
    const connection = new RawHttp(app.url);
    const text = rawRequest("POST", "/api/v1/scores/update", { ...offer, ...json }, increment());
    const middle = text.indexOf("\r\n\r\n") + 10;
    connection.send(text.slice(0, middle));
    expect((await ask(app.url, rawRequest("GET", "/nope"))).status).toBe(404);
    connection.send(text.slice(middle));
    expect((await connection.answer()).status).toBe(200);
    expect((await connection.send(rawRequest("GET", "/nope")).answer()).status).toBe(404);
  });

  test.each(["h2c", "TLS/1.0, HTTP/1.1", "websocket2", "h2c, websocket"])("an offer of %s", async (upgrade) => {
    const headers = { ...json, Connection: "Upgrade", Upgrade: upgrade };
    expect((await ask(app.url, rawRequest("POST", "/graphql", headers, query))).status).toBe(200);
    expect((await ask(app.url, rawRequest("GET", "/nope", headers))).status).toBe(404);
  });

  test("curl --http2 gets its answer", async () => {
    const args = ["-sS", "--http2", "-H", "content-type: application/json", "-d", query, "-w", "%{http_code}"];
    const { stdout } = await promisify(execFile)("curl", [...args, `${app.url}/graphql`]);
    expect(stdout).toBe('{"data":{"__typename":"Query"}}\n200');
  });

  test("a WebSocket is accepted, whatever request came before it on the connection", async () => {
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

describe("an invalid handshake is refused with one of our own messages", () => {
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
    expectRawRefusal(await connection.answer(), status);
    await connection.closed();
  });
});

describe("behind a trusted proxy", () => {
  let behind: TestApp;
  const limit = { MAX_CONNECTIONS_PER_ADDRESS: "2" };
  beforeAll(async () => {
    behind = await startTestApp({ stores: app.stores, role: "api", env: { TRUST_PROXY: "127.0.0.1", ...limit } });
  });
  afterAll(() => behind.stop());

  const open = async (target: TestApp, address: string) => {
    const socket = await SocketClient.open(target.wsUrl, { headers: { "x-forwarded-for": address } });
    onTestFinished(() => socket.close());
    socket.send({ type: "connection_init" });
    return (await socket.next().catch(() => socket.closed)) as { type?: string; code?: number };
  };

  test("sockets and streams count for the address that it reports, an IPv6 address for its network", async () => {
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
    // The proxy's own connections belong to many clients, and count for none of them.
    for (let count = 0; count < 5; count += 1)
      expect((await ask(behind.url, rawRequest("GET", "/nope"))).status).toBe(404);
  });

  test("the scheme and host that it reports are the page's", async () => {
    const told = { "x-forwarded-host": "scores.example", "x-forwarded-proto": "https" };
    (await SocketClient.open(behind.wsUrl, { headers: { origin: "https://scores.example", ...told } })).close();
    for (const origin of ["http://scores.example", behind.url]) {
      await expect(SocketClient.open(behind.wsUrl, { headers: { origin, ...told } })).rejects.toMatchObject({
        status: 403,
      });
    }
  });

  test("what a client reports that is no proxy is ignored", async () => {
    const told = {
      "x-forwarded-host": "scores.example",
      "x-forwarded-proto": "https",
      "x-forwarded-for": "198.51.100.1",
    };
    await expect(
      SocketClient.open(app.wsUrl, { headers: { origin: "https://scores.example", ...told } }),
    ).rejects.toMatchObject({ status: 403 });
    const own = await startTestApp({ stores: app.stores, role: "api", env: limit });
    onTestFinished(() => own.stop());
    expect(await open(own, "198.51.100.1")).toEqual({ type: "connection_ack" });
    expect(await open(own, "198.51.100.2")).toEqual({ type: "connection_ack" });
    expect(await open(own, "198.51.100.3")).toMatchObject({ code: 1013 });
  });
});

test("plain HTTP connections count like others, and one too many gets an error", async () => {
  const own = await startTestApp({ stores: app.stores, role: "api", env: { MAX_CONNECTIONS: "2" } });
  onTestFinished(() => own.stop());
  const first = new RawHttp(own.url);
  const second = new RawHttp(own.url);
  for (const connection of [first, second])
    expect((await connection.send(rawRequest("GET", "/nope")).answer()).status).toBe(404);
  const third = new RawHttp(own.url).send(rawRequest("GET", "/nope"));
  const refused = await third.answer();
  expectRawRefusal(refused, 503);
  expect(refused.head).toContain("retry-after: 1");
  await third.closed();
  first.socket.destroy();
  for (;;) {
    const { status } = await ask(own.url, rawRequest("GET", "/nope"));
    if (status === 404) break;
    expect(status).toBe(503);
  }
});
