import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { startTestApp, useTestApp } from "../helpers/app.js";
import { RawSocket } from "../helpers/raw-socket.js";
import { increment } from "../helpers/requests.js";
import { SocketClient, type SocketOptions } from "../helpers/socket-client.js";

const app = useTestApp();

afterAll(async () => {
  // Whatever was sent, the service still works.
  await increment(app, app.token("survivor"), { userId: "survivor", scoreIncrement: 1 });
});

async function open(options?: SocketOptions, url = app.wsUrl): Promise<SocketClient> {
  const socket = await SocketClient.open(url, options);
  onTestFinished(() => socket.close());
  return socket;
}

async function connect(token?: string, target = app): Promise<SocketClient> {
  const socket = await SocketClient.connect(target.wsUrl, token);
  onTestFinished(() => socket.close());
  return socket;
}

const subscription = "subscription { topScoresUpdated { revision } }";
const subscribe = (id: string) => ({ type: "subscribe", id, payload: { query: subscription } });

describe("the protocol's close codes", () => {
  test("4406 for a client that speaks no sub-protocol", async () => {
    expect(await (await open({ protocols: [] })).closed).toMatchObject({ code: 4406 });
  });

  test("4406 for the old sub-protocol", async () => {
    const socket = await RawSocket.open(app.url, "graphql-ws");
    onTestFinished(() => socket.destroy());
    expect(await socket.closeCode()).toBe(4406);
  });

  test("4401 for a subscription before connection_init", async () => {
    const socket = await open();
    socket.send(subscribe("1"));
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });

  test("4408 for a client that sends nothing", async () => {
    expect(await (await open()).closed).toMatchObject({ code: 4408 });
  });

  test("4429 for a second connection_init", async () => {
    const socket = await connect();
    socket.send({ type: "connection_init" });
    expect(await socket.closed).toMatchObject({ code: 4429 });
  });

  test.each(["constructor", "__proto__", "toString"])("no code for the id %s, which every object has", async (id) => {
    const socket = await connect();
    socket.send(subscribe(id));
    expect(await socket.next()).toMatchObject({ type: "next", id });
  });

  test("4409 for an id that is in use", async () => {
    const socket = await connect();
    socket.send(subscribe("x"));
    await socket.next();
    socket.send(subscribe("x"));
    expect(await socket.closed).toMatchObject({ code: 4409 });
  });

  test.each([
    ...["", "{", "null", "5", "[]", "{}", '{"type":5}', '{"type":"nope"}', '{"type":"__proto__"}'],
    ...['{"type":"connection_init","payload":5}', '{"type":"subscribe"}', '{"type":"subscribe","id":""}'],
    ...['{"type":"subscribe","id":5,"payload":{"query":"{a}"}}', '{"type":"subscribe","id":"1","payload":{"query":5}}'],
    ...[
      '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"x"}}',
      '{"type":"next","id":"1"}',
      '{"type":"next","id":"1","payload":{}}',
      '{"type":"error","id":"1","payload":[]}',
      '{"type":"connection_ack"}',
      '{"type":"ping","payload":5}',
    ],
    "[".repeat(30_000),
  ])("4400 for the message %s", async (text) => {
    const socket = await connect();
    socket.sendRaw(text);
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });

  test("4400 for an invalid binary message", async () => {
    const socket = await connect();
    socket.sendRaw(Buffer.from([0xff, 0x00, 0xfe]));
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });

  test("4400 for a binary message with invalid bytes in a name, as two players would become one", async () => {
    const socket = await connect();
    const query = '{ playerScore(userId: "?") { rank } }';
    const message = Buffer.from(JSON.stringify({ type: "subscribe", id: "1", payload: { query } }));
    message[message.indexOf("?")] = 0xff;
    socket.sendRaw(message);
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });
});

test("nothing follows the server's close, whatever changes meanwhile", async () => {
  const [closing, other] = [await RawSocket.open(app.url), await connect()];
  onTestFinished(() => closing.destroy());
  closing.send({ type: "connection_init" });
  for (const each of [closing, other]) each.send(subscribe("1"));
  await closing.received("next");
  await other.next();
  closing.send(subscribe("1"));
  expect(await closing.closeCode()).toBe(4409);
  await increment(app, app.token("late"), { userId: "late", scoreIncrement: 1 });
  await other.next();
  // A round trip more, for what was sent at the same time.
  await increment(app, app.token("late"), { userId: "late", scoreIncrement: 1 });
  expect(closing.framesAfterClose).toBe(0);
});

describe("invalid WebSocket frames", () => {
  test.each([
    ["with reserved bits", Buffer.from([0xf1, 0x80, 0, 0, 0, 0])],
    ["without a mask", Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
    ["of an unknown kind", Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    ["of garbage", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
  ])("%s end the socket", async (_name, bytes) => {
    const socket = await connect();
    socket.writeBytes(bytes);
    expect([1002, 1006]).toContain((await socket.closed).code);
  });

  test("text that is not UTF-8 ends the socket", async () => {
    const socket = await connect();
    socket.writeBytes(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]));
    expect([1007, 1006]).toContain((await socket.closed).code);
  });

  test("a message of more than 64 KB ends the socket with 1009, one of 64 KB is answered", async () => {
    const message = (bytes: number) => {
      const text = JSON.stringify({ type: "ping", payload: { x: "" } });
      return text.replace('""', `"${"x".repeat(bytes - text.length)}"`);
    };
    const socket = await connect();
    socket.sendRaw(message(64 * 1024));
    expect(await socket.next()).toMatchObject({ type: "pong" });
    socket.sendRaw(message(64 * 1024 + 1));
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });
});

test("a shutdown closes every socket with 1001, subscribed or not", async () => {
  const own = await startTestApp({ stores: app.stores, role: "api" });
  const sockets = [await open(undefined, own.wsUrl), await connect(undefined, own), await connect(own.token("u"), own)];
  sockets[2]?.send(subscribe("1"));
  await sockets[2]?.next();
  await own.stop();
  for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 1001 });
});
