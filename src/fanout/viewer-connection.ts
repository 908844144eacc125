import type { NextMessage } from "./next-message.js";

/** One viewer's way out, whatever the transport. News go to it only while the kernel takes them. */
export abstract class ViewerConnection {
  /** Made when the first has to wait: most never do, and there are many connections. */
  #waiting: Set<() => void> | undefined;

  /** Whether the kernel has taken all bytes so far. While it has not, nothing more should be written. */
  abstract get isDrained(): boolean;

  /**
   * Writes a message.
   *
   * @param prefix of the subscription: see `messagePrefix`
   * @returns how many bytes that was
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
