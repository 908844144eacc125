import { RawWebSocket } from "./fanout/raw-web-socket.js";
import type { Connection, HttpAnswer } from "./http-connection.js";

const protocol = "graphql-transport-ws";
const complete = Buffer.from('"type":"complete"');
const start = Buffer.from('{"id":"1","type":"next","payload":');

interface Pending {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One WebSocket of graphql-transport-ws, with one operation at a time: an operation ends with `complete`. */
export class WebSocketConnection implements Connection {
  readonly #socket: RawWebSocket;
  #pending: Pending | undefined;
  #body = "";
  #broken: Error | undefined;

  static async open(port: number, path: string, token: string): Promise<WebSocketConnection> {
    let connection: WebSocketConnection | undefined = undefined as WebSocketConnection | undefined;
    let acknowledge = (): void => undefined;
    const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve));
    const socket = await RawWebSocket.open(
      { port, path, protocol },
      {
        onText: (data, from, to) => {
          if (connection) connection.#receive(data, from, to);
          else acknowledge();
        },
        onEnd: (reason) => {
          if (connection) connection.#fail(new Error(reason));
        },
      },
    );
    socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${token}` } }));
    await acknowledged;
    connection = new WebSocketConnection(socket);
    return connection;
  }

  private constructor(socket: RawWebSocket) {
    this.#socket = socket;
  }

  /** @param body of the same operation over HTTP */
  post(body: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#broken) {
        reject(this.#broken);
        return;
      }
      this.#pending = { resolve, reject };
      this.#socket.send(`{"id":"1","type":"subscribe","payload":${body}}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(data: Buffer, from: number, to: number): void {
    if (data.subarray(from, from + start.length).equals(start)) {
      this.#body = data.toString("utf8", from + start.length, to - 1);
      return;
    }
    if (!data.subarray(from, to).includes(complete)) {
      this.#fail(new Error(data.toString("utf8", from, to)));
      return;
    }
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve({ status: 200, body: this.#body });
  }

  #fail(error: Error): void {
    this.#broken ??= error;
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}
