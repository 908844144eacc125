import { connect, type Socket } from "node:net";
import { expect, onTestFinished } from "vitest";
import { waitFor } from "./wait-for.js";

/** One answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  head: string;
  body: string;
}

/** A TCP connection to an HTTP server, for requests that no client library sends. */
export class RawHttp {
  readonly socket: Socket;
  #received = "";
  #closed = false;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on("data", (chunk: Buffer) => (this.#received += chunk.toString("latin1")));
    this.socket.on("error", () => undefined);
    this.socket.once("close", () => (this.#closed = true));
    onTestFinished(() => void this.socket.destroy());
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Bytes that came and were not taken. */
  get received(): string {
    return this.#received;
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  /** Waits for the next answer and takes it. For answers with a Content-Length or without a body. */
  async answer(): Promise<RawAnswer> {
    await waitFor(() => this.#end() !== undefined);
    const end = this.#end() ?? 0;
    const [head, body] = split(this.#received.slice(0, end));
    this.#received = this.#received.slice(end);
    return { status: Number(head.split(" ")[1]), head, body };
  }

  async closed(timeoutMs?: number): Promise<void> {
    await waitFor(() => this.#closed, timeoutMs);
  }

  #end(): number | undefined {
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return undefined;
    const length = Number(/^content-length: (\d+)/im.exec(this.#received.slice(0, headEnd))?.[1] ?? 0);
    const end = headEnd + 4 + length;
    return this.#received.length >= end ? end : undefined;
  }
}

/** Sends one request on a new connection and returns the answer. */
export function ask(url: string, text: string): Promise<RawAnswer> {
  return new RawHttp(url).send(text).answer();
}

/** Every refusal that is no GraphQL answer has this form, whatever its status. */
export function expectRawRefusal({ status, head, body }: RawAnswer, expected: number): void {
  expect({ status, body }).toMatchObject({
    status: expected,
    body: expect.stringMatching(/^\{"success":false,"message":"[^"]+"\}$/) as string,
  });
  expect(head.toLowerCase()).toContain("\r\nx-content-type-options: nosniff");
  expect(head.toLowerCase()).toContain("\r\ncontent-type: application/json; charset=utf-8");
  expect(head + body).not.toMatch(/fastify|FST_|apollo/i);
}

/** A request as text. */
export function rawRequest(method: string, path: string, headers: Record<string, string> = {}, body = ""): string {
  const all = { Host: "127.0.0.1", ...(body && { "Content-Length": String(Buffer.byteLength(body)) }), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

function split(text: string): [string, string] {
  const at = text.indexOf("\r\n\r\n");
  return [text.slice(0, at), text.slice(at + 4)];
}
