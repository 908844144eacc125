import { WebSocket, type RawData } from "ws";
import type { AnsweredError } from "./requests.js";

/** A message of the `graphql-transport-ws` protocol. */
export interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}

export interface Closed {
  code: number;
  reason: string;
}

export interface Result {
  data?: Record<string, unknown> | null;
  errors?: AnsweredError[];
}

export interface SocketOptions {
  /** The sub-protocols to offer. Default: `graphql-transport-ws` alone. */
  protocols?: string[];
  headers?: Record<string, string>;
}

/** The server answered the handshake with an HTTP status. */
export class UpgradeRefused extends Error {
  constructor(readonly status: number) {
    super(`the upgrade was answered with ${status}`);
  }
}

const timeoutMs = 10_000;
const protocol = "graphql-transport-ws";

/**
 * Speaks the protocol message by message, and shows what a real client would hide. Messages wait in a queue until a
 * test takes them, so a test misses none between two of its lines.
 */
export class SocketClient {
  readonly #socket: WebSocket;
  readonly #messages: Message[] = [];
  readonly closed: Promise<Closed>;
  #end: Closed | undefined;
  #wake: () => void = () => undefined;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: RawData) => {
      this.#messages.push(JSON.parse((data as Buffer).toString()) as Message);
      this.#wake();
    });
    // The close code shows what the server does to a socket.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        this.#end = { code, reason: reason.toString() };
        this.#wake();
        resolve(this.#end);
      });
    });
  }

  /** Opens a socket without sending a message. Rejects with `UpgradeRefused`. */
  static open(wsUrl: string, { protocols = [protocol], headers = {} }: SocketOptions = {}): Promise<SocketClient> {
    const socket = new WebSocket(wsUrl, protocols, { headers });
    const client = new SocketClient(socket);
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(client));
      socket.once("unexpected-response", (_request, response) => {
        response.resume();
        socket.terminate();
        reject(new UpgradeRefused(response.statusCode ?? 0));
      });
      socket.once("error", reject);
    });
  }

  /** Opens a socket and waits for the server's acknowledgement. */
  static async connect(wsUrl: string, token?: string): Promise<SocketClient> {
    const client = await SocketClient.open(wsUrl);
    client.send({ type: "connection_init", payload: token === undefined ? {} : { authorization: `Bearer ${token}` } });
    const answer = await client.next();
    if (answer.type !== "connection_ack") throw new Error(`expected connection_ack, got ${JSON.stringify(answer)}`);
    return client;
  }

  send(message: Message): void {
    this.sendRaw(JSON.stringify(message));
  }

  sendRaw(data: string | Buffer): void {
    this.#socket.send(data);
  }

  /** The next message that no caller has taken. Rejects when the socket closes or stays silent. */
  async next(): Promise<Message> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const message = this.#messages.shift();
      if (message) return message;
      if (this.#end) throw new Error(`the socket was closed with ${this.#end.code} ${this.#end.reason}`);
      if (performance.now() >= deadline) throw new Error("no message came");
      await this.#somethingHappens(deadline);
    }
  }

  /** The number of messages that wait to be taken. */
  get waiting(): number {
    return this.#messages.length;
  }

  /** All messages until one fulfils the condition; that one is the last. */
  async nextUntil(condition: (message: Message) => boolean): Promise<Message[]> {
    const taken: Message[] = [];
    for (;;) {
      const message = await this.next();
      taken.push(message);
      if (condition(message)) return taken;
    }
  }

  /** Starts an operation; its messages carry the id that this returns. */
  subscribe(query: string, variables?: unknown, operationName?: string): string {
    const id = String((this.#lastId += 1));
    this.send({ type: "subscribe", id, payload: { query, variables, operationName } });
    return id;
  }

  /** The answer to a query or mutation, as a result or a refusal. For sockets with no other operation under way. */
  async request(query: string, variables?: unknown, operationName?: string): Promise<Result> {
    const id = this.subscribe(query, variables, operationName);
    const message = await this.next();
    if (message.id !== id) throw new Error(`expected an answer to ${id}, got ${JSON.stringify(message)}`);
    if (message.type === "error") return { errors: message.payload as AnsweredError[] };
    const end = await this.next();
    if (end.type !== "complete") throw new Error(`expected complete, got ${JSON.stringify(end)}`);
    return message.payload as Result;
  }

  /** Writes bytes past the WebSocket's framing. */
  writeBytes(bytes: Buffer): void {
    // `ws` has no public way to send a broken frame, so this writes to its raw socket.
    const { _socket } = this.#socket as unknown as { _socket: { write(bytes: Buffer): void } };
    _socket.write(bytes);
  }

  /** Stops reading, like a client whose computer sleeps. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends the connection without a close frame. */
  close(): void {
    this.#socket.terminate();
  }

  async #somethingHappens(deadline: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, deadline - performance.now()));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
