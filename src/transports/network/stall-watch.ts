import type { Socket } from "node:net";

/** A client must take some of the bytes that wait for it within this time, or it is cut off. */
const maxStallMs = 10_000;
/** The bytes that it must take: a client that takes a byte now and then would hold its answers for ever. */
const minProgressBytes = 16 * 1024;
/**
 * The bytes that may wait for all clients together. Beyond it, the clients with most are cut off as soon as they stall.
 */
const defaultMaxWaitingBytes = 128 * 2 ** 20;
/** A client that reads takes at least `minProgressBytes` in this time, unless its network hangs. */
const shortStallMs = 400;

interface Stall {
  /** When the client had taken `taken` bytes, in terms of performance.now(). */
  since: number;
  taken: number;
}

/** Finds clients that don't read their answers, which stay in this process's memory. */
export class StallWatch {
  readonly #maxWaitingBytes: number;
  readonly #stalls = new WeakMap<Socket, Stall>();
  #waitingBytes = 0;

  constructor(maxWaitingBytes = defaultMaxWaitingBytes) {
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  /** Bytes that wait for clients, as of the last look. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * The connections to cut off. Call it regularly, with all connections.
   *
   * @param now in terms of performance.now()
   */
  stalled(connections: Iterable<Socket>, now: number): Socket[] {
    const cutOff: Socket[] = [];
    const stalling: Socket[] = [];
    let waiting = 0;
    for (const socket of connections) {
      const stalledMs = this.#stalledFor(socket, now);
      if (stalledMs > maxStallMs) cutOff.push(socket);
      else {
        waiting += socket.writableLength;
        if (stalledMs > shortStallMs) stalling.push(socket);
      }
    }
    this.#waitingBytes = waiting;
    if (waiting <= this.#maxWaitingBytes) return cutOff;
    stalling.sort((one, other) => other.writableLength - one.writableLength);
    for (const socket of stalling) {
      if (waiting <= this.#maxWaitingBytes) break;
      waiting -= socket.writableLength;
      cutOff.push(socket);
    }
    return cutOff;
  }

  #stalledFor(socket: Socket, now: number): number {
    if (socket.writableLength === 0) {
      this.#stalls.delete(socket);
      return 0;
    }
    const taken = takenBytes(socket);
    const stall = this.#stalls.get(socket);
    if (stall && taken - stall.taken < minProgressBytes) return now - stall.since;
    this.#stalls.set(socket, { since: now, taken });
    return 0;
  }
}

/**
 * The bytes that the kernel has taken. A large answer is one write, and only the handle tells its progress. Node's own
 * timeouts use the same numbers.
 */
function takenBytes(socket: Socket): number {
  // Not part of Node's types.
  const { _bytesDispatched, _handle } = socket as unknown as {
    _bytesDispatched: number;
    _handle: { writeQueueSize: number } | null;
  };
  return _bytesDispatched - (_handle?.writeQueueSize ?? 0);
}
