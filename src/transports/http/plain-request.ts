import { IncomingMessage } from "node:http";

/**
 * A request that may offer to go on in another protocol. Once a server listens for upgrades, Node treats every offer as
 * an upgrade, even `Upgrade: h2c`, with which Java's client begins each connection. HTTP lets a server ignore an offer.
 * So Node sees the offers of WebSockets only, and all other requests are answered normally.
 */
export class PlainRequest extends IncomingMessage {
  /** The parser's finding. The super constructor sets it, so it may have no initial value here. */
  declare private isOffer: boolean | null;

  get upgrade(): boolean {
    return this.isOffer === true && (this.method === "CONNECT" || this.headers.upgrade?.toLowerCase() === "websocket");
  }

  set upgrade(value: boolean | null) {
    this.isOffer = value;
  }
}
