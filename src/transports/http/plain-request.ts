import { IncomingMessage } from "node:http";

/**
 * A request that may offer to go on in another protocol. Once anybody listens for upgrades, Node takes every offer for one
 * that it was told to handle, also `Upgrade: h2c`, with which Java's client begins each connection. HTTP lets a server
 * ignore an offer, so all but WebSockets look to Node as if they had none, and are answered like any other request.
 */
export class PlainRequest extends IncomingMessage {
  /** What the parser said; set by the constructor above, so it may have no initial value here. */
  declare private isOffer: boolean | null;

  get upgrade(): boolean {
    return this.isOffer === true && (this.method === "CONNECT" || this.headers.upgrade?.toLowerCase() === "websocket");
  }

  set upgrade(value: boolean | null) {
    this.isOffer = value;
  }
}
