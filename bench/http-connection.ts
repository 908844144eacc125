import { connect, type Socket } from "node:net";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Carries one request at a time. */
export interface Connection {
  /** @throws Error when the connection breaks, or is already broken */
  post(body: string): Promise<HttpAnswer>;
  close(): void;
}

interface Pending {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

const headEnd = "\r\n\r\n";

/**
 * One keep-alive connection with one request at a time, as simple as HTTP/1.1 allows. It takes some 15 µs a request, so
 * that the load generator is never what is measured. It understands what the servers here send: Content-Length and
 * chunked bodies.
 */
export class HttpConnection implements Connection {
  readonly #socket: Socket;
  readonly #head: string;
  #received: Buffer = Buffer.alloc(0);
  #pending: Pending | undefined;
  #broken: Error | undefined;

  /** @param headers sent with each request, in addition to Host, Content-Type and Content-Length */
  static async open(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<HttpConnection> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const all = { host: `127.0.0.1:${port}`, "content-type": "application/json", ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return new HttpConnection(socket, `POST ${path} HTTP/1.1\r\n${lines.join("")}content-length: `);
  }

  private constructor(socket: Socket, head: string) {
    this.#socket = socket;
    this.#head = head;
    socket.on("data", (data: Buffer) => this.#receive(data));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  /**
   * @throws Error when the connection breaks or is already broken: servers close connections that are idle for some
   *   seconds
   */
  post(body: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#broken) {
        reject(this.#broken);
        return;
      }
      this.#pending = { resolve, reject };
      this.#socket.write(`${this.#head}${Buffer.byteLength(body)}${headEnd}${body}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(data: Buffer): void {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    const answer = parseAnswer(this.#received);
    if (!answer) return;
    this.#received = Buffer.alloc(0);
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#broken ??= error;
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}

/** Undefined while the answer is incomplete. With one request at a time, nothing can follow an answer. */
function parseAnswer(data: Buffer): HttpAnswer | undefined {
  const end = data.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = data.toString("latin1", 0, end);
  const status = Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const start = end + headEnd.length;
  if (length !== undefined) {
    const stop = start + Number(length);
    return data.length < stop ? undefined : { status, body: data.toString("utf8", start, stop) };
  }
  const body = parseChunks(data, start);
  return body === undefined ? undefined : { status, body };
}

function parseChunks(data: Buffer, start: number): string | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = data.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(data.toString("latin1", at, lineEnd), 16);
    if (Number.isNaN(size)) throw new Error("neither Content-Length nor chunks");
    const next = lineEnd + 2 + size + 2;
    if (data.length < next) return undefined;
    if (size === 0) return Buffer.concat(chunks).toString("utf8");
    chunks.push(data.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
