import type { Socket } from "node:net";

/** Bytes that wait for a client must move within this time, or it is cut off. */
const maxStallMs = 10_000;
/** So many of them: a client that takes a byte now and then would hold its answers for ever. */
const minProgressBytes = 16 * 1024;

interface Stall {
  /** When the client had taken `taken` bytes, in terms of performance.now(). */
  since: number;
  taken: number;
}

/** Tells which clients don't read what they asked for. Asked about each open connection now and then. */
export class StallWatch {
  readonly #stalls = new WeakMap<Socket, Stall>();

  /** @param now in terms of performance.now() */
  isStalled(socket: Socket, now: number): boolean {
    const stall = this.#stalls.get(socket);
    if (socket.writableLength === 0) {
      if (stall) this.#stalls.delete(socket);
      return false;
    }
    const taken = takenBytes(socket);
    if (stall && taken - stall.taken < minProgressBytes) return now - stall.since > maxStallMs;
    this.#stalls.set(socket, { since: now, taken });
    return false;
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
