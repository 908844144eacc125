import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Duplex } from "node:stream";
import type { Message } from "./socket-client.js";
import { waitFor } from "./wait-for.js";

interface Frame {
  opcode: number;
  payload: Buffer;
}

const text = 0x1;
const close = 0x8;

/**
 * A WebSocket client that does what no library allows: it offers any sub-protocol, and it does not answer the server's
 * close but keeps sending.
 */
export class RawSocket {
  readonly #socket: Duplex;
  readonly #frames: Frame[] = [];
  #unread: Buffer;

  private constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket;
    this.#unread = head;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#read(Buffer.alloc(0));
  }

  static open(url: string, protocol = "graphql-transport-ws"): Promise<RawSocket> {
    return new Promise((resolve, reject) => {
      const handshake = request(`${url}/graphql`, {
        headers: {
          Connection: "Upgrade",
          Upgrade: "websocket",
          "Sec-WebSocket-Version": "13",
          "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
          "Sec-WebSocket-Protocol": protocol,
        },
      });
      handshake.on("error", reject);
      handshake.on("upgrade", (_response, socket, head) => resolve(new RawSocket(socket, head)));
      handshake.end();
    });
  }

  send(message: Message): void {
    const payload = Buffer.from(JSON.stringify(message));
    const header =
      payload.length <= 125 ? [0x81, 0x80 | payload.length] : [0x81, 0xfe, payload.length >> 8, payload.length & 0xff];
    // A mask of zeros leaves the text as it is.
    this.#socket.write(Buffer.concat([Buffer.from([...header, 0, 0, 0, 0]), payload]));
  }

  /** The server's close code, once it has sent one. */
  async closeCode(): Promise<number> {
    await waitFor(() => this.#of(close).length > 0);
    return this.#of(close)[0]?.readUInt16BE(0) ?? NaN;
  }

  async received(type: string): Promise<void> {
    await waitFor(() => this.#of(text).some((payload) => (JSON.parse(payload.toString()) as Message).type === type));
  }

  /** How many frames have come after the server's close. */
  get framesAfterClose(): number {
    const at = this.#frames.findIndex(({ opcode }) => opcode === close);
    return at < 0 ? 0 : this.#frames.length - at - 1;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #of(opcode: number): Buffer[] {
    return this.#frames.filter((frame) => frame.opcode === opcode).map(({ payload }) => payload);
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= 4) {
      const short = (this.#unread[1] ?? 0) & 0x7f;
      const [header, length] = short === 126 ? [4, this.#unread.readUInt16BE(2)] : [2, short];
      if (this.#unread.length < header + length) return;
      const payload = this.#unread.subarray(header, header + length);
      this.#frames.push({ opcode: (this.#unread[0] ?? 0) & 0xf, payload });
      this.#unread = this.#unread.subarray(header + length);
    }
  }
}
