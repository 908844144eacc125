import fc from "fast-check";
import { WebSocket } from "ws";
import { expect, onTestFinished, test } from "vitest";
import { createSchema } from "../../src/graphql/schema.js";
import { increment } from "../helpers/requests.js";
import { randomNumbers, randomRequest } from "../helpers/random-documents.js";
import { SocketClient } from "../helpers/socket-client.js";
import { sendBytes } from "./helpers/bytes.js";
import { anyJson, anyText, damaged, forAll, repeatable } from "./helpers/cases.js";
import { expectNoFailure, useFuzzedApp } from "./helpers/target.js";

const app = useFuzzedApp({ keepsScores: false });
const schema = createSchema({} as never);

const ids = fc.oneof(fc.constantFrom("1", "2", "constructor", "__proto__"), anyText);
const operations = fc.oneof(
  fc.nat().map((start) => randomRequest(schema, randomNumbers(start))),
  fc.constant({ query: "subscription { topScoresUpdated { revision } }" }),
);
const messages = fc.oneof(
  fc.record({ type: fc.constant("subscribe"), id: ids, payload: operations }),
  fc.record({ type: fc.constant("subscribe"), id: ids, payload: anyJson }),
  fc.record({
    type: fc.constantFrom("complete", "ping", "pong", "next", "error", "connection_init"),
    id: ids,
    payload: anyJson,
  }),
  fc.record({ type: anyJson, id: anyJson, payload: anyJson }),
);
const texts = fc.oneof(
  { weight: 4, arbitrary: messages.map((message) => JSON.stringify(message)) },
  { weight: 1, arbitrary: damaged(messages.map((message) => JSON.stringify(message))) },
  { weight: 1, arbitrary: anyText },
);

/** Close codes of the protocol, of WebSocket, and of a full socket; 1011 would be an error of ours. */
const allowed = new Set([1000, 1002, 1003, 1007, 1008, 1009, 4400, 4401, 4403, 4408, 4409, 4429]);

/** Sends each text in a message of its own; returns what came back until the server closed, or answered a last ping. */
function talk(sent: readonly string[], opening: string): Promise<{ received: string; code: number | undefined }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(app.wsUrl, "graphql-transport-ws");
    let received = "";
    socket.on("open", () => {
      socket.send(opening);
      for (const text of sent) socket.send(text);
      socket.ping();
    });
    socket.on("message", (data: Buffer) => (received += data.toString()));
    socket.on("pong", () => {
      socket.terminate();
      resolve({ received, code: undefined });
    });
    socket.on("close", (code) => resolve({ received, code }));
    socket.on("error", reject);
  });
}

/** Follows the board as a good client does, and returns a check that it still gets every newest revision. */
async function watch() {
  const viewer = await SocketClient.connect(app.wsUrl);
  onTestFinished(() => viewer.close());
  viewer.sendRaw('{"type":"subscribe","id":"w","payload":{"query":"subscription { topScoresUpdated { revision } }"}}');
  await viewer.next();
  return async () => {
    await increment(app, app.token("referee", "service"), { userId: "ann", scoreIncrement: 1 });
    expect(await viewer.next()).toMatchObject({ type: "next", id: "w" });
  };
}

test(`5,000 sockets that send random messages disturb no other viewer ${repeatable}`, async () => {
  const stillFollows = await watch();
  const before = await app.total();
  const openings = fc.oneof(
    { weight: 4, arbitrary: fc.constant('{"type":"connection_init"}') },
    { weight: 1, arbitrary: anyJson.map((payload) => JSON.stringify({ type: "connection_init", payload })) },
    { weight: 1, arbitrary: texts },
  );
  await forAll(
    fc.tuple(fc.array(texts, { maxLength: 6 }), openings),
    5_000,
    async ([sent, opening]) => {
      const { received, code } = await talk(sent, opening);
      expectNoFailure({ status: 200, body: received });
      if (code !== undefined) expect(allowed).toContain(code);
    },
    25,
  );
  expect(await app.total()).toBe(before);
  await stillFollows();
});

test(`2,000 sockets that send broken frames disturb no other viewer ${repeatable}`, async () => {
  const stillFollows = await watch();
  const handshake =
    "GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";
  const frames = fc
    .tuple(fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 150 }))
    .map(([first, second, rest]) => Buffer.from([first, second, ...rest]));
  await forAll(
    fc.array(frames, { minLength: 1, maxLength: 4 }),
    2_000,
    async (sent) => {
      const received = await sendBytes(app.url, [handshake, ...sent], "HTTP/1.1 101");
      expect(received).toMatch(/^HTTP\/1\.1 101 /);
    },
    40,
  );
  await stillFollows();
});
