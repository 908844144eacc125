import type { Socket } from "node:net";

/** Bytes that wait for a client must move within this time, or it is cut off. */
const maxStallMs = 10_000;
/** So many of them: a client that takes a byte now and then would hold its answers for ever. */
const minProgressBytes = 16 * 1024;
/** All clients together may hold so much; beyond it those that hold most are cut off as soon as they stop reading. */
const defaultMaxWaitingBytes = 128 * 2 ** 20;
/** No client that reads takes less than `minProgressBytes` in this time, but for one whose network hangs. */
const shortStallMs = 400;

interface Stall {
  /** When the client had taken `taken` bytes, in terms of performance.now(). */
  since: number;
  taken: number;
}

/** Tells which clients don't read what they asked for: their answers are memory that they hold. */
export class StallWatch {
  readonly #maxWaitingBytes: number;
  readonly #stalls = new WeakMap<Socket, Stall>();

  constructor(maxWaitingBytes = defaultMaxWaitingBytes) {
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  /**
   * The connections that are to be cut off. To be asked about all of them, now and then.
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
 * What the kernel has taken. A large answer is one write, and only the handle below tells how far that has got; Node's own
 * timeouts look at the same.
 */
function takenBytes(socket: Socket): number {
  // Not part of Node's types.
  const { _bytesDispatched, _handle } = socket as unknown as {
    _bytesDispatched: number;
    _handle: { writeQueueSize: number } | null;
  };
  return _bytesDispatched - (_handle?.writeQueueSize ?? 0);
}
