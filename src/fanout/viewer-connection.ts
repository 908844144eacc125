import type { NextMessage } from "./next-message.js";

/** The connection to one viewer, whatever the transport. It is sent news only while the kernel takes the bytes. */
export abstract class ViewerConnection {
  /** Made for the first callback that has to wait: on most of the many connections none ever does. */
  #waiting: Set<() => void> | undefined;

  /** Whether the kernel has taken all bytes so far. While it has not, nothing more should be written. */
  abstract get isDrained(): boolean;

  /**
   * Writes a message.
   *
   * @param prefix of the subscription: see `messagePrefix`
   * @returns the number of bytes written
   */
  abstract send(message: NextMessage, prefix: Buffer): number;

  /** Calls back when all bytes written so far are taken, or the connection is closed. */
  protected abstract afterDrain(callback: () => void): void;

  /** Calls back, once, when all bytes are taken. */
  whenDrained(callback: () => void): void {
    if (this.#waiting) {
      this.#waiting.add(callback);
      return;
    }
    const waiting = new Set([callback]);
    this.#waiting = waiting;
    this.afterDrain(() => {
      this.#waiting = undefined;
      for (const each of waiting) each();
    });
  }

  forget(callback: () => void): void {
    this.#waiting?.delete(callback);
  }
}
