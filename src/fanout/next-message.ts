const maxShortLength = 125;
const maxMediumLength = 0xffff;
const finalText = 0x81;

/** Clients that number their subscriptions all have the same few ids. */
const commonIds = /^\d{1,2}$/;
const commonPrefixes = new Map<string, Buffer>();

/**
 * The start of a `next` message, up to and including the subscription's id. The messages of a group differ in nothing
 * else. Made once per subscription. Subscriptions may share the buffer: don't write to it.
 */
export function messagePrefix(id: string): Buffer {
  const known = commonPrefixes.get(id);
  if (known) return known;
  const prefix = Buffer.from(`{"id":${JSON.stringify(id)}`);
  if (commonIds.test(id)) commonPrefixes.set(id, prefix);
  return prefix;
}

/**
 * One `next` message, serialised once for all viewers of a group: as a WebSocket frame (RFC 6455, section 5.2) of the
 * graphql-transport-ws protocol with each subscription's id spliced in, or in the layout of an HTTP answer that stays
 * open. A server does not mask its frames.
 */
export class NextMessage {
  readonly #payload: string;
  /** By the layout's name. */
  #laidOut: Map<string, Buffer> | undefined;
  #rest: Buffer | undefined;
  #prefix: Buffer | undefined;
  #frame: Buffer | undefined;
  /** The length of the frame's header, in bytes. */
  #header = 0;

  /** @param payload the execution result as JSON */
  constructor(payload: string) {
    this.#payload = payload;
  }

  /** The message in a layout that is the same for all its readers, so it is made once. */
  as(layout: string, lay: (payload: string) => string): Buffer {
    this.#laidOut ??= new Map();
    let bytes = this.#laidOut.get(layout);
    if (!bytes) {
      bytes = Buffer.from(lay(this.#payload));
      this.#laidOut.set(layout, bytes);
    }
    return bytes;
  }

  /**
   * The frame for one subscription, in memory that the next call may use again: thousands of viewers read the same bytes
   * from the processor's cache. Write it at once, and call `keepFrame` when the socket has not taken all of it.
   */
  frame(prefix: Buffer): Buffer {
    if (this.#frame && this.#prefix === prefix) return this.#frame;
    if (this.#frame && this.#prefix?.length === prefix.length) {
      this.#frame.set(prefix, this.#header);
    } else {
      this.#frame = this.#newFrame(prefix);
    }
    this.#prefix = prefix;
    return this.#frame;
  }

  /** The last frame belongs to a socket now, and is never written to again. */
  keepFrame(): void {
    this.#frame = undefined;
  }

  #newFrame(prefix: Buffer): Buffer {
    this.#rest ??= Buffer.from(`,"type":"next","payload":${this.#payload}}`);
    const length = prefix.length + this.#rest.length;
    this.#header = headerLength(length);
    const frame = Buffer.allocUnsafe(this.#header + length);
    writeHeader(frame, length);
    frame.set(prefix, this.#header);
    frame.set(this.#rest, this.#header + prefix.length);
    return frame;
  }
}

/**
 * The frames of an operation that has one result: `next` and `complete`, for one write.
 *
 * @param payload the execution result as JSON
 */
export function onlyFrames(id: string, payload: string): Buffer {
  const idJson = JSON.stringify(id);
  const next = `{"id":${idJson},"type":"next","payload":${payload}}`;
  const complete = `{"id":${idJson},"type":"complete"}`;
  const lengths = [Buffer.byteLength(next), Buffer.byteLength(complete)] as const;
  const starts = [headerLength(lengths[0]), headerLength(lengths[1])] as const;
  const frames = Buffer.allocUnsafe(starts[0] + lengths[0] + starts[1] + lengths[1]);
  writeHeader(frames, lengths[0]);
  frames.write(next, starts[0]);
  const second = frames.subarray(starts[0] + lengths[0]);
  writeHeader(second, lengths[1]);
  second.write(complete, starts[1]);
  return frames;
}

function headerLength(length: number): number {
  if (length <= maxShortLength) return 2;
  return length <= maxMediumLength ? 4 : 10;
}

function writeHeader(frame: Buffer, length: number): void {
  frame[0] = finalText;
  if (length <= maxShortLength) {
    frame[1] = length;
  } else if (length <= maxMediumLength) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
}
