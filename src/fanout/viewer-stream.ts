import type { ServerResponse } from "node:http";
import type { NextMessage } from "./next-message.js";
import { ViewerConnection } from "./viewer-connection.js";

/** How messages are laid out in the body of an answer that stays open. */
export interface StreamDialect {
  readonly headers: Readonly<Record<string, string>>;
  /** Stands before the first message. */
  readonly opening: string;
  encode(message: NextMessage): Buffer;
  /** Bytes that readers ignore; they keep proxies from closing a quiet stream. */
  readonly keepAlive: string;
  /** A stream is never silent for longer, in milliseconds. */
  readonly keepAliveMs: number;
  /** Tells the reader that nothing follows. */
  readonly complete: string;
}

/** A viewer that reads an HTTP answer that stays open. */
export class ViewerStream extends ViewerConnection {
  readonly #response: ServerResponse;
  readonly #dialect: StreamDialect;
  #writtenAt = performance.now();

  /** @param response its headers must have been sent */
  constructor(response: ServerResponse, dialect: StreamDialect) {
    super();
    this.#response = response;
    this.#dialect = dialect;
    if (dialect.opening !== "") response.write(dialect.opening);
  }

  get isDrained(): boolean {
    return this.#response.writableLength === 0;
  }

  send(message: NextMessage): number {
    const bytes = this.#dialect.encode(message);
    this.#response.write(bytes);
    this.#writtenAt = performance.now();
    return bytes.length;
  }

  /** The last message. */
  end(message: NextMessage): void {
    this.#response.end(Buffer.concat([this.#dialect.encode(message), Buffer.from(this.#dialect.complete)]));
  }

  /** @param now in terms of performance.now() */
  keepAlive(now: number): void {
    if (now - this.#writtenAt < this.#dialect.keepAliveMs || !this.isDrained) return;
    this.#response.write(this.#dialect.keepAlive);
    this.#writtenAt = now;
  }

  protected afterDrain(callback: () => void): void {
    this.#response.write("", callback);
  }
}
