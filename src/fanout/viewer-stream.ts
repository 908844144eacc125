import type { ServerResponse } from "node:http";
import type { NextMessage } from "./next-message.js";
import { ViewerConnection } from "./viewer-connection.js";

/** A viewer that reads server-sent events. */
export class ViewerStream extends ViewerConnection {
  readonly #response: ServerResponse;

  /** @param response whose headers are sent */
  constructor(response: ServerResponse) {
    super();
    this.#response = response;
  }

  get isDrained(): boolean {
    return this.#response.writableLength === 0;
  }

  send(message: NextMessage): number {
    this.#response.write(message.event);
    return message.event.length;
  }

  /** A comment, which shows proxies that the stream lives. */
  keepAlive(): void {
    if (this.isDrained) this.#response.write(":\n\n");
  }

  protected afterDrain(callback: () => void): void {
    this.#response.write("", callback);
  }
}
