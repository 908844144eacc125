import { Agent, request } from "node:http";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { useTestApp, type TestApp } from "../../helpers/app.js";
import { increment } from "../../helpers/requests.js";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface FuzzedApp extends TestApp {
  /** Sends any request. An answer that is a stream is cut off after its first part. */
  send(sent: Sent): Promise<Answer>;
  /** The sum of the scores. */
  total(): Promise<bigint>;
}

export const startTotal = 60n;

/**
 * A service with three players. After each test it must be alive and ready, must not have met an error of its own, and,
 * where `keepsScores`, every score and revision must be what it was.
 */
export function useFuzzedApp({ keepsScores }: { keepsScores: boolean }): FuzzedApp {
  const app = useTestApp({ env: { MAX_CONNECTIONS_PER_ADDRESS: "100000" } });
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  let redis: Redis | undefined;
  let before = "";
  const store = (): Redis => {
    if (!redis) throw new Error("the service starts right before the first test");
    return redis;
  };
  const standings = async () =>
    JSON.stringify([
      await store().zrange("lb:{main}:scores", "0", "-1", "WITHSCORES"),
      await store().hget("lb:{main}:meta", "revision"),
    ]);

  beforeAll(async () => {
    redis = new Redis(app.stores.redis.url);
    const token = app.token("referee", "service");
    for (const [index, userId] of ["ann", "bob", "cho"].entries())
      await increment(app, token, { userId, scoreIncrement: 10 * (index + 1) });
    before = await standings();
  });
  afterAll(() => {
    agent.destroy();
    redis?.disconnect();
  });
  afterEach(async () => {
    expect((await fetch(`${app.opsUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${app.opsUrl}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${app.opsUrl}/metrics`)).text();
    expect(metrics).not.toMatch(/code="(INTERNAL_SERVER_ERROR|UNKNOWN_OUTCOME|UNAVAILABLE)"\} [1-9]/);
    if (keepsScores) expect(await standings()).toBe(before);
  });

  return Object.assign(app, {
    send: (sent: Sent) => send(app.url, agent, sent),
    total: async () => {
      const rows = await store().zrange("lb:{main}:scores", "0", "-1", "WITHSCORES");
      return rows.reduce((sum, text, index) => (index % 2 === 1 ? sum + BigInt(text) : sum), 0n);
    },
  });
}

function send(url: string, agent: Agent, { method = "POST", path, headers = {}, body = "" }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const sending = request(url, { method, path, headers: { ...length, ...headers }, agent }, (response) => {
      const chunks: Buffer[] = [];
      const end = () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (!/multipart|event-stream/.test(response.headers["content-type"] ?? "")) return;
        end();
        response.destroy();
      });
      response.on("end", end);
      response.on("error", () => undefined);
    });
    sending.on("error", reject);
    sending.end(body);
  });
}

/** Refusals are 4xx: nothing that a caller sends may look like our own failure, or show its inside. */
export function expectNoFailure({ status, body }: Answer): void {
  expect({ status, body: body.slice(0, 500) }).toMatchObject({
    status: expect.toSatisfy((code: number) => code >= 200 && code < 500) as number,
  });
  expect(body).not.toMatch(/INTERNAL_SERVER_ERROR|node_modules|\bat .*:\d+:\d+|ECONN|prisma|ioredis|FST_/i);
}
