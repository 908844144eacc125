import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { onlyFrames, type NextMessage } from "./next-message.js";
import { ViewerConnection } from "./viewer-connection.js";

const nothing = Buffer.alloc(0);

/**
 * The hot path to one viewer's WebSocket: prebuilt frames go straight to the TCP socket, past ws' sender. That is safe
 * as long as ws does not compress (`perMessageDeflate: false`): its own messages are then written whole and at once,
 * too.
 */
export class ViewerSocket extends ViewerConnection {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;

  constructor(webSocket: WebSocket) {
    super();
    this.#webSocket = webSocket;
    // Not part of ws' types, but it has always been there, and other libraries rely on it.
    this.#socket = (webSocket as unknown as { _socket: Socket })._socket;
  }

  get isDrained(): boolean {
    return this.#socket.writableLength === 0;
  }

  send(message: NextMessage, prefix: Buffer): number {
    if (!this.isOpen) return 0;
    const frame = message.frame(prefix);
    this.#socket.write(frame);
    if (!this.isDrained) message.keepFrame();
    return frame.length;
  }

  /** Sends an operation's only result and completes the operation. */
  sendOnly(id: string, payload: string): void {
    if (this.isOpen) this.#socket.write(onlyFrames(id, payload));
  }

  /** Nothing may follow a close frame. Browsers then report a broken connection instead of the frame's code. */
  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  protected afterDrain(callback: () => void): void {
    // Node's "drain" event only comes above a high-water mark; the callback of a write behind the others always does.
    this.#socket.write(nothing, callback);
  }
}
