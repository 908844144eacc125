import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "../helpers/app.js";
import { expectRefusal, updateScore } from "../helpers/requests.js";
import { startStores, type Stores } from "../helpers/stores.js";
import { waitFor } from "../helpers/wait-for.js";

let stores: Stores;

beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

const body = (app: TestApp, userId: string) => ({ userId, scoreIncrement: 1, authToken: app.token(userId) });

test("too many updates are refused with 429, with the seconds to wait", async () => {
  const app = await startTestApp({ stores, env: { RATE_LIMIT_PER_SECOND: "1", RATE_LIMIT_BURST: "2" } });
  try {
    for (let sent = 0; sent < 2; sent += 1) expect((await updateScore(app, body(app, "eager"))).status).toBe(200);
    const answer = await updateScore(app, body(app, "eager"));
    expectRefusal(answer, 429);
    expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect((await updateScore(app, body(app, "patient"))).status).toBe(200);
  } finally {
    await app.stop();
  }
});

test("a board that is being recovered is answered with 503 and Retry-After", async () => {
  // An API process alone opens no board; a worker does.
  const app = await startTestApp({ stores, role: "api", env: { BOARDS: "closed" } });
  try {
    const answer = await updateScore(app, { ...body(app, "u"), board: "closed" });
    expectRefusal(answer, 503);
    expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  } finally {
    await app.stop();
  }
});

describe("while shutting down", () => {
  test("a request in flight is finished, and a later one is refused with 503 and Retry-After", async () => {
    const app = await startTestApp({ stores });
    const inFlight = new RawRequest(app, body(app, "early"));
    const late = new RawRequest(app, body(app, "late"));
    await Promise.all([inFlight.sendHead(), late.sendHalfOfHead()]);
    // The answer to one more request shows that the server has read the earlier data.
    expect((await updateScore(app, body(app, "first"))).status).toBe(200);
    const stopped = app.stop();
    await waitFor(async () => (await fetch(`${app.opsUrl}/readyz`)).status === 503);
    late.sendRest();
    expect(await late.answer).toMatch(
      /^HTTP\/1\.1 503 [^]*\r\nretry-after: [1-9]\d*\r\n[^]*\{"success":false,"message":"[^"]+"\}$/i,
    );
    inFlight.sendRest();
    expect(await inFlight.answer).toMatch(/^HTTP\/1\.1 200 [^]*\{"success":true,/);
    await stopped;
  });
});

describe("without Redis", () => {
  test("an update is answered with a 500 that reveals no internals, and works again afterwards", async () => {
    const own = await startStores();
    const app = await startTestApp({ stores: own });
    try {
      await own.redis.kill();
      for (const request of [body(app, "u"), { ...body(app, "u"), idempotencyKey: "k" }]) {
        const answer = await updateScore(app, request);
        expectRefusal(answer, 500);
        expect(answer.text).not.toMatch(/redis|ioredis|stream|closed|ECONN|127\.0\.0\.1|\bat \w|lua/i);
      }
      await own.redis.restart();
      await waitFor(async () => (await updateScore(app, body(app, "again"))).status === 200);
    } finally {
      await app.stop();
      await own.stop();
    }
  });
});

/** An update that is sent in pieces. */
class RawRequest {
  readonly answer: Promise<string>;
  readonly #socket: Socket;
  readonly #connected: Promise<void>;
  #unsent: string;

  constructor(app: TestApp, content: object) {
    const { hostname, port, host } = new URL(app.url);
    const json = JSON.stringify(content);
    this.#unsent =
      `POST /api/v1/scores/update HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(json)}\r\nConnection: close\r\n\r\n${json}`;
    this.#socket = connect(Number(port), hostname);
    this.#connected = new Promise((resolve) => this.#socket.once("connect", resolve));
    this.answer = new Promise((resolve, reject) => {
      let text = "";
      this.#socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      this.#socket.once("error", reject);
      this.#socket.once("close", () => resolve(text));
    });
  }

  sendHead(): Promise<void> {
    return this.#send(this.#unsent.indexOf("\r\n\r\n") + 10);
  }

  sendHalfOfHead(): Promise<void> {
    return this.#send(this.#unsent.indexOf("\r\n") + 10);
  }

  sendRest(): void {
    this.#socket.write(this.#unsent);
  }

  async #send(length: number): Promise<void> {
    await this.#connected;
    const text = this.#unsent.slice(0, length);
    this.#unsent = this.#unsent.slice(length);
    await new Promise<void>((resolve) => void this.#socket.write(text, () => resolve()));
  }
}
