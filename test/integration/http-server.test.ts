import { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { HttpServer } from "../../src/transports/http/server.js";
import { createLogger } from "../../src/observability/logger.js";
import { createMetrics } from "../../src/app/metrics.js";
import { ConnectionLimits } from "../../src/transports/network/connection-limits.js";
import { OriginPolicy } from "../../src/transports/network/origins.js";
import { TrustedProxies } from "../../src/transports/network/trusted-proxies.js";
import { SampledLog } from "../../src/observability/sampled-log.js";
import { RawHttp, rawRequest } from "../helpers/raw-http.js";
import { waitFor } from "../helpers/wait-for.js";

/** The listener alone, with routes that are easy to count. */

const requestTimeoutMs = 1_000;
const maxWaitingBytes = 64 * 2 ** 20;
/** The lines that were logged. */
const lines: string[] = [];
const destination = new Writable({
  write: (chunk: Buffer, _encoding, done) => {
    lines.push(chunk.toString());
    done();
  },
});
/** More than the kernel buffers for a client that does not read. */
const large = "x".repeat(16 * 2 ** 20);
const metrics = createMetrics("test");

let server: HttpServer;
let url: string;
/** How often the large answer was requested, and made. */
let made = 0;
let running = 0;
let mostRunning = 0;

function register(app: FastifyInstance): void {
  app.get("/large", () => {
    made += 1;
    return large;
  });
  app.get<{ Querystring: { n: string } }>("/small", async ({ query }) => {
    mostRunning = Math.max(mostRunning, (running += 1));
    await delay(1);
    running -= 1;
    return query.n;
  });
  app.post("/echo", (request) => request.body);
}

beforeAll(async () => {
  const proxies = new TrustedProxies(undefined);
  server = new HttpServer({
    port: 0,
    host: "127.0.0.1",
    cors: false,
    origins: new OriginPolicy([], proxies),
    limits: new ConnectionLimits({ maxConnections: 1_000, maxConnectionsPerAddress: 1_000 }, proxies),
    requestTimeoutMs,
    maxWaitingBytes,
    register,
    metrics: metrics.connections,
    log: new SampledLog(createLogger("debug", destination), () => performance.now()),
  });
  await server.start();
  url = `http://127.0.0.1:${server.port}`;
});
afterAll(() => server.stop());

/** Only the service's clock jumps; its timers run as usual. */
function passTime(ms: number): void {
  const real = performance.now.bind(performance);
  const clock = vi.spyOn(performance, "now").mockImplementation(() => real() + ms);
  onTestFinished(() => clock.mockRestore());
}

describe("a request that does not arrive completely in time", () => {
  const head = "POST /echo HTTP/1.1\r\nHost: x\r\n";

  test.each([
    ["half a head", head],
    ["half a body", `${head}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{`],
    ["a chunk of a body", `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`],
  ])("is refused with 408 and its connection closed: %s", async (_what, text) => {
    const began = performance.now();
    const connection = new RawHttp(url).send(text);
    const drip = setInterval(() => connection.send("1"), 100);
    onTestFinished(() => clearInterval(drip));
    const { status, body } = await connection.answer();
    expect({ status, body }).toEqual({
      status: 408,
      body: JSON.stringify({ success: false, message: "The request did not come in full in time." }),
    });
    clearInterval(drip);
    await connection.closed();
    expect(performance.now() - began).toBeGreaterThanOrEqual(requestTimeoutMs);
    expect(performance.now() - began).toBeLessThan(requestTimeoutMs + 2_500);
  });

  test("a connection without any data is closed without an answer: its client may be about to send", async () => {
    const began = performance.now();
    const connection = new RawHttp(url);
    await connection.closed();
    expect(connection.received).toBe("");
    expect(performance.now() - began).toBeGreaterThanOrEqual(requestTimeoutMs);
  });

  test("the service waits ten seconds for it by default", () => {
    const proxies = new TrustedProxies(undefined);
    const { server: byDefault } = new HttpServer({
      port: 0,
      host: "127.0.0.1",
      cors: false,
      origins: new OriginPolicy([], proxies),
      limits: new ConnectionLimits({ maxConnections: 1, maxConnectionsPerAddress: 1 }, proxies),
      register: () => undefined,
      metrics: metrics.connections,
      log: new SampledLog(createLogger("silent"), () => performance.now()),
    });
    expect(byDefault).toMatchObject({ requestTimeout: 10_000, headersTimeout: 10_000 });
  });
});

describe("requests that are sent ahead on one connection", () => {
  test("are answered in their order, one at a time", async () => {
    mostRunning = 0;
    const connection = new RawHttp(url);
    const numbers = Array.from({ length: 50 }, (_, index) => String(index));
    connection.send(numbers.map((n) => rawRequest("GET", `/small?n=${n}`)).join(""));
    for (const n of numbers) expect((await connection.answer()).body).toBe(n);
    expect(mostRunning).toBe(1);
    expect((await connection.send(rawRequest("GET", "/small?n=last")).answer()).body).toBe("last");
  });

  test("keep their bodies, whatever answers come between them", async () => {
    const json = { "Content-Type": "application/json" };
    const connection = new RawHttp(url).send(
      rawRequest("POST", "/echo", json, '{"a":1}') +
        rawRequest("POST", "/echo", { ...json, Expect: "wonders" }, '{"b":2}') +
        rawRequest("POST", "/echo", { ...json, Expect: "100-Continue" }, '{"c":3}') +
        rawRequest("GET", "/%") +
        rawRequest("DELETE", "/echo", json, '{"d":4}') +
        rawRequest("POST", "/echo", json, '{"e":5}'),
    );
    expect((await connection.answer()).body).toBe('{"a":1}');
    expect((await connection.answer()).status).toBe(417);
    expect((await connection.answer()).status).toBe(100);
    expect((await connection.answer()).body).toBe('{"c":3}');
    expect((await connection.answer()).status).toBe(400);
    expect((await connection.answer()).status).toBe(405);
    expect((await connection.answer()).body).toBe('{"e":5}');
  });

  test("are not run while the client reads no answers: 200 KB of them run only a few", async () => {
    made = 0;
    const connection = new RawHttp(url);
    connection.socket.pause();
    const request = rawRequest("GET", "/large", { "X-Padding": "x".repeat(1_900) });
    connection.send(request.repeat(100));
    await waitFor(() => made > 0);
    // An answer to another client shows that the service has moved on.
    expect((await fetch(`${url}/small?n=1`)).status).toBe(200);
    await delay(100);
    expect(made).toBeLessThan(5);
  });

  test("end the connection when hundreds are waiting", async () => {
    const connection = new RawHttp(url);
    connection.socket.pause();
    connection.send(rawRequest("GET", "/large").repeat(1_000));
    connection.socket.resume();
    await connection.closed();
  });
});

test("answers that many clients don't read hold no more memory together than the service allows", async () => {
  made = 0;
  const connections = Array.from({ length: 12 }, () => new RawHttp(url));
  for (const connection of connections) {
    connection.socket.pause();
    connection.send(rawRequest("GET", "/large"));
  }
  await waitFor(() => made === connections.length);
  await waitFor(async () => (await open()) <= maxWaitingBytes / (large.length / 2));
  expect((await fetch(`${url}/small?n=1`)).status).toBe(200);

  async function open(): Promise<number> {
    return new Promise((resolve) => server.server.getConnections((_error, count) => resolve(count)));
  }
});

test("data that is no HTTP is counted, and not logged each time", async () => {
  const counted = async () => {
    const text = await metrics.text.read();
    return Number(/^standings_bad_connections_total\{status="400"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const before = await counted();
  const linesBefore = lines.length;
  for (let count = 0; count < 20; count += 1)
    expect((await new RawHttp(url).send("no HTTP\r\n\r\n").answer()).status).toBe(400);
  expect(await counted()).toBe(before + 20);
  // Connections that other tests ended have another kind of error.
  const added = lines.slice(linesBefore).filter((line) => line.includes("HPE_INVALID_METHOD"));
  expect(added.length).toBeLessThanOrEqual(1);
  expect(added.join()).not.toMatch(/ at /);
});

describe("an answer that the client does not read", () => {
  const closedSlow = async () => {
    const text = await metrics.text.read();
    return Number(/^standings_closed_slow_connections_total (\d+)$/m.exec(text)?.[1]);
  };

  test("ends its connection after ten seconds, and is counted", async () => {
    made = 0;
    const before = await closedSlow();
    const connection = new RawHttp(url);
    connection.socket.pause();
    connection.send(rawRequest("GET", "/large"));
    await waitFor(() => made === 1);
    // The sweeper has to see the connection once before the time passes, and once after.
    await delay(2_500);
    expect(await closedSlow()).toBe(before);
    passTime(11_000);
    await waitFor(async () => (await closedSlow()) === before + 1);
  });
});
