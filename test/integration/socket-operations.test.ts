import { describe, expect, onTestFinished, test } from "vitest";
import { signToken } from "../../src/auth/sign-token.js";
import { jwtSecret, useTestApp } from "../helpers/app.js";
import { RawSocket } from "../helpers/raw-socket.js";
import { codeOf, graphql, increment, incrementMutation, tryIncrement } from "../helpers/requests.js";
import { SocketClient } from "../helpers/socket-client.js";

const app = useTestApp();

async function open(): Promise<SocketClient> {
  const socket = await SocketClient.open(app.wsUrl);
  onTestFinished(() => socket.close());
  return socket;
}

async function connect(token?: string): Promise<SocketClient> {
  const socket = await SocketClient.connect(app.wsUrl, token);
  onTestFinished(() => socket.close());
  return socket;
}

const subscription = "subscription { topScoresUpdated { revision } }";
const subscribe = (id: string) => ({ type: "subscribe", id, payload: { query: subscription } });

describe("a token", () => {
  test.each(["Bearer ", "bearer ", ""])("is taken from connection_init's authorization as %jtoken", async (scheme) => {
    const socket = await open();
    socket.send({ type: "connection_init", payload: { authorization: `${scheme}${app.token("ws")}` } });
    expect(await socket.next()).toMatchObject({ type: "connection_ack" });
    expect(codeOf(await socket.request(incrementMutation, { userId: "ws", scoreIncrement: 1 }))).toBeUndefined();
  });

  test("that expires while subscribed closes the socket with 4403 after 5 s of leeway, and not before", async () => {
    const expiresAt = (Math.floor(Date.now() / 1000) - 3) * 1000 + 5_000;
    const token = signToken({ secret: jwtSecret, subject: "short", role: "player", expiresInSeconds: -3 });
    const [socket, other] = [await connect(token), await connect()];
    for (const each of [socket, other]) {
      each.send(subscribe("1"));
      await each.next();
    }
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt - 5);
    expect(Date.now()).toBeLessThan(expiresAt + 2_000);
    other.send({ type: "ping" });
    expect(await other.next()).toMatchObject({ type: "pong" });
  });

  test("that has expired changes no score, even when the client ignores the close", async () => {
    const token = signToken({ secret: jwtSecret, subject: "stubborn", role: "player", expiresInSeconds: -4 });
    const socket = await RawSocket.open(app.url);
    onTestFinished(() => socket.destroy());
    socket.send({ type: "connection_init", payload: { authorization: token } });
    expect(await socket.closeCode()).toBe(4403);
    const variables = { userId: "stubborn", scoreIncrement: 1 };
    socket.send({ type: "subscribe", id: "1", payload: { query: incrementMutation, variables } });
    // Enough round trips for the server to read that message and to act on it.
    for (let sent = 0; sent < 10; sent += 1)
      await increment(app, app.token("other"), { userId: "other", scoreIncrement: 1 });
    const { data } = await graphql(app, { query: '{ playerScore(userId: "stubborn") { score } }' });
    expect(data).toEqual({ playerScore: null });
  });

  test("is not needed to read and subscribe", async () => {
    const socket = await connect();
    expect((await socket.request("{ topScores { rank } }")).errors).toBeUndefined();
    socket.send(subscribe("s"));
    expect(await socket.next()).toMatchObject({ type: "next", id: "s" });
  });
});

describe("queries and mutations over WebSocket have the codes that they have over HTTP", () => {
  test.each([
    ["{", undefined],
    ["{ nope }", undefined],
    ["{ topScores(limit: 0) { rank } }", undefined],
    ['{ topScores(board: "nope") { rank } }', undefined],
    ["{ topScores(limit: 1.5) { rank } }", undefined],
    ["query ($l: Int!) { topScores(limit: $l) { rank } }", { l: "x" }],
    ["query ($l: Int!) { topScores(limit: $l) { rank } }", {}],
    ["query ($l: Int) { topScores(limit: $l) { rank } }", { l: null }],
    ['{ playerScore(userId: "") { rank } }', undefined],
    ['mutation { incrementScore(userId: "p", scoreIncrement: 0) { revision } }', undefined],
    ['mutation { incrementScore(userId: "q", scoreIncrement: 1) { revision } }', undefined],
    ['mutation { incrementScore(userId: "p", scoreIncrement: 1.5) { revision } }', undefined],
    ['mutation ($n: SafeInt!) { incrementScore(userId: "p", scoreIncrement: $n) { revision } }', { n: 1.5 }],
  ])("%s %j", async (query, variables) => {
    const socket = await connect(app.token("p"));
    const overHttp = await graphql(app, { query, variables, token: app.token("p") });
    expect(codeOf(overHttp)).toBeDefined();
    expect(codeOf(await socket.request(query, variables))).toBe(codeOf(overHttp));
  });

  test("an increment without a token is UNAUTHENTICATED", async () => {
    const answer = await (await connect()).request(incrementMutation, { userId: "u", scoreIncrement: 1 });
    expect(codeOf(answer)).toBe(codeOf(await tryIncrement(app, undefined, { userId: "u", scoreIncrement: 1 })));
  });

  test("several run at the same time on one socket", async () => {
    const socket = await connect(app.token("parallel"));
    const ids = Array.from({ length: 20 }, () =>
      socket.subscribe(incrementMutation, { userId: "parallel", scoreIncrement: 1 }),
    );
    const completed = new Set<string | undefined>();
    await socket.nextUntil(({ type, id }) => type === "complete" && completed.add(id).size === ids.length);
    expect(await socket.request('{ playerScore(userId: "parallel") { score } }')).toEqual({
      data: { playerScore: { score: 20 } },
    });
  });
});
