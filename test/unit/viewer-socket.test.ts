import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { messagePrefix, NextMessage } from "../../src/fanout/next-message.js";
import { ViewerSocket } from "../../src/fanout/viewer-socket.js";

/** More than the kernel takes for a socket that nobody reads. */
const filler = "x".repeat(16 * 2 ** 20);
const ids = ["viewer-a", "viewer-b", "viewer-c"];

interface Viewer {
  readonly client: WebSocket;
  /** The messages that have come. */
  readonly received: string[];
  readonly webSocket: WebSocket;
  readonly socket: ViewerSocket;
  readonly prefix: Buffer;
}

test("a viewer that reads late gets its own id, although others were sent the same message meanwhile", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  onTestFinished(() => server.close());
  await once(server, "listening");
  const viewers: Viewer[] = [];
  for (const id of ids) {
    const accepted = once(server, "connection") as Promise<[WebSocket]>;
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => client.terminate());
    const received: string[] = [];
    client.on("message", (data: Buffer) => received.push(data.toString()));
    const [[webSocket]] = await Promise.all([accepted, once(client, "open")]);
    viewers.push({ client, received, webSocket, socket: new ViewerSocket(webSocket), prefix: messagePrefix(id) });
  }

  const [late] = viewers;
  late?.client.pause();
  late?.webSocket.send(filler);
  const message = new NextMessage(`{"data":{}}`);
  for (const { socket, prefix } of viewers) socket.send(message, prefix);
  late?.client.resume();
  await expect
    .poll(() => viewers.map(({ received }) => received.filter((text) => text !== filler)), { timeout: 10_000 })
    .toEqual(ids.map((id) => [`{"id":"${id}","type":"next","payload":{"data":{}}}`]));
});
