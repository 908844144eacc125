import { connect, type Socket } from "node:net";

export interface RawWebSocketEvents {
  /** A whole text message: `data` from `start` to `end`, valid until this function returns. */
  onText(data: Buffer, start: number, end: number): void;
  /** The connection ended, or its data can't be understood. Not called after `destroy`. */
  onEnd(reason: string): void;
}

/** RFC 6455, section 5.2. */
const opcodes = { text: 1, close: 8, ping: 9, pong: 10 };
const whole = 0x80;
const masked = 0x80;
const [twoByteLength, eightByteLength] = [126, 127];
const headEnd = "\r\n\r\n";
/** All sockets read into the same memory: each read is processed before the next socket reads. */
const readBuffer = Buffer.alloc(256 * 1024);

/**
 * The client's side of a WebSocket, as cheap as possible, so that thousands of them don't take more time than the
 * server that is measured. Its masking key is 0, which leaves a payload unchanged. It understands whole text messages,
 * pings and close, but no fragments and no compression, which no server here sends.
 */
export class RawWebSocket {
  readonly #socket: Socket;
  readonly #events: RawWebSocketEvents;
  readonly #whenOpen: () => void;
  /** The beginning of a message that has not fully arrived. */
  #rest: Buffer | undefined;
  #open = false;

  /** @throws Error when the server refuses, or can't be reached */
  static open(
    { port, path, protocol }: { port: number; path: string; protocol: string | undefined },
    events: RawWebSocketEvents,
  ): Promise<RawWebSocket> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => (webSocket.#open ? events.onEnd(reason) : reject(new Error(reason)));
      const socket = connect({
        port,
        host: "127.0.0.1",
        noDelay: true,
        onread: {
          buffer: readBuffer,
          callback: (length) => {
            webSocket.#receive(readBuffer, length);
            return true;
          },
        },
      });
      const webSocket = new RawWebSocket(socket, { ...events, onEnd: fail }, () => resolve(webSocket));
      socket.on("error", (error) => fail(error.message));
      socket.on("close", () => fail("the server closed the connection"));
      const head = [
        `GET ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
      ];
      socket.write(`${head.join("\r\n")}${headEnd}`);
    });
  }

  private constructor(socket: Socket, events: RawWebSocketEvents, whenOpen: () => void) {
    this.#socket = socket;
    this.#events = events;
    this.#whenOpen = whenOpen;
  }

  send(text: string): void {
    this.#sendFrame(opcodes.text, Buffer.from(text));
  }

  /** Stops reading for good, as if the network had stopped. */
  stall(): void {
    this.#socket.pause();
  }

  destroy(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.removeAllListeners("error");
    this.#socket.on("error", () => undefined); // A reset while it is being closed needs no report.
    this.#socket.destroy();
  }

  #receive(data: Buffer, length: number): void {
    if (this.#rest === undefined) {
      this.#parse(data, length);
      return;
    }
    const joined = Buffer.concat([this.#rest, data.subarray(0, length)]);
    this.#rest = undefined;
    this.#parse(joined, joined.length);
  }

  #parse(data: Buffer, length: number): void {
    let at = this.#open ? 0 : this.#parseHead(data, length);
    while (at + 2 <= length) {
      let size = (data[at + 1] ?? 0) & 0x7f;
      let start = at + 2;
      if (size === twoByteLength) {
        if (length < start + 2) break;
        size = data.readUInt16BE(start);
        start += 2;
      } else if (size === eightByteLength) {
        if (length < start + 8) break;
        size = Number(data.readBigUInt64BE(start));
        start += 8;
      }
      if (start + size > length) break;
      this.#take(data[at] ?? 0, data, start, start + size);
      at = start + size;
    }
    if (at < length) this.#rest = Buffer.from(data.subarray(at, length));
  }

  /** @returns the position of the first frame */
  #parseHead(data: Buffer, length: number): number {
    const end = data.subarray(0, length).indexOf(headEnd);
    if (end < 0) return 0;
    const status = data.toString("latin1", 0, data.indexOf("\r\n"));
    if (!status.startsWith("HTTP/1.1 101")) {
      this.#events.onEnd(`no WebSocket: ${status}`);
      return length;
    }
    this.#open = true;
    this.#whenOpen();
    return end + headEnd.length;
  }

  #take(firstByte: number, data: Buffer, start: number, end: number): void {
    if (firstByte === (whole | opcodes.text)) this.#events.onText(data, start, end);
    else if (firstByte === (whole | opcodes.ping)) this.#sendFrame(opcodes.pong, data.subarray(start, end));
    else if (firstByte === (whole | opcodes.close)) this.#events.onEnd(`closed: ${describeClose(data, start, end)}`);
    else if (firstByte !== (whole | opcodes.pong)) this.#events.onEnd(`a frame that begins with ${firstByte}`);
  }

  #sendFrame(opcode: number, payload: Buffer): void {
    const small = payload.length < twoByteLength;
    const lengthBytes = small ? [payload.length] : [twoByteLength, payload.length >> 8, payload.length & 0xff];
    const [first = 0, ...others] = lengthBytes;
    this.#socket.write(Buffer.concat([Buffer.of(whole | opcode, masked | first, ...others, 0, 0, 0, 0), payload]));
  }
}

function describeClose(data: Buffer, start: number, end: number): string {
  return end - start < 2 ? "no code" : `${data.readUInt16BE(start)} ${data.toString("utf8", start + 2, end)}`;
}
