import { describe, expect, onTestFinished, test } from "vitest";
import { startTestApp, useTestApp } from "../helpers/app.js";
import { incrementMutation } from "../helpers/requests.js";
import { SocketClient, UpgradeRefused, type SocketOptions } from "../helpers/socket-client.js";

const app = useTestApp({ env: { CORS_ORIGINS: "https://ok.example,http://localhost:5173" } });

async function open(options?: SocketOptions): Promise<void> {
  const socket = await SocketClient.open(app.wsUrl, options);
  onTestFinished(() => socket.close());
}

describe("the handshake", () => {
  test.each([
    ["an allowed origin", { origin: "https://ok.example" }],
    ["another allowed origin", { origin: "http://localhost:5173" }],
    ["no origin", {}],
  ])("passes with %s", async (_name, headers) => {
    await open({ headers });
  });

  test("passes with the origin of the service itself", async () => {
    await open({ headers: { origin: app.url } });
  });

  test.each([
    "https://evil.example",
    "http://ok.example",
    "https://ok.example:8443",
    "https://ok.example.evil.example",
    "null",
    "",
    "ok.example",
    "*",
  ])("is refused with 403 for the origin %j", async (origin) => {
    await expect(SocketClient.open(app.wsUrl, { headers: { origin } })).rejects.toEqual(new UpgradeRefused(403));
  });

  test("is refused with 403 for every foreign origin when CORS_ORIGINS is not set", async () => {
    const own = await startTestApp({ stores: app.stores, role: "api" });
    try {
      await expect(SocketClient.open(own.wsUrl, { headers: { origin: "https://ok.example" } })).rejects.toEqual(
        new UpgradeRefused(403),
      );
      (await SocketClient.open(own.wsUrl, { headers: { origin: own.url } })).close();
    } finally {
      await own.stop();
    }
  });

  test.each(["/", "/graphql/", "/graphqlx", "/api/v1/scores/update", "/subscriptions"])(
    "is refused at %s",
    async (path) => {
      const error = await SocketClient.open(app.wsUrl.replace("/graphql", path)).catch((caught: unknown) => caught);
      expect(error).toEqual(new UpgradeRefused(404));
    },
  );
});

describe("connection_init", () => {
  const me = { userId: "ws", scoreIncrement: 1 };

  async function init(payload: unknown): Promise<SocketClient> {
    const socket = await SocketClient.open(app.wsUrl);
    onTestFinished(() => socket.close());
    socket.send({ type: "connection_init", payload });
    return socket;
  }

  test.each([
    ["authorization", (token: string) => ({ authorization: `Bearer ${token}` })],
    ["Authorization", (token: string) => ({ Authorization: `Bearer ${token}` })],
    ["authToken", (token: string) => ({ authToken: token })],
    ["headers.authorization", (token: string) => ({ headers: { authorization: token } })],
    ["headers.Authorization", (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })],
    ["two places", (token: string) => ({ authToken: token, headers: { Authorization: `Bearer ${token}` } })],
  ])("takes the token from %s", async (_place, put) => {
    const socket = await init(put(app.token("ws")));
    expect(await socket.next()).toMatchObject({ type: "connection_ack" });
    expect((await socket.request(incrementMutation, me)).errors).toBeUndefined();
  });

  test.each([
    ["a number as authToken", () => ({ authToken: 5 })],
    ["a list as Authorization", () => ({ Authorization: ["x"] })],
    ["a list of headers", (token: string) => ({ headers: [["authorization", token]] })],
    ["a token that is not valid in headers", () => ({ headers: { Authorization: "Bearer x" } })],
    ["a scheme that is not ours", () => ({ authorization: "Basic c2FtOng=" })],
    ["two tokens that differ", (token: string) => ({ authorization: token, authToken: app.token("other") })],
  ])("with %s closes with 4403", async (_what, put) => {
    expect(await (await init(put(app.token("ws")))).closed).toMatchObject({ code: 4403 });
  });
});
