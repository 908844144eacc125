import { GraphQLError } from "graphql";
import pLimit from "p-limit";
import type { WebSocket } from "ws";
import type { ViewerSocket } from "../../fanout/viewer-socket.js";
import { maxOperationsInFlight, maxOperationsWaiting } from "./connection-limits.js";
import type { Operation, Refusal } from "../../graphql/execution/executor.js";

type Resolved = Operation | Refusal;

const closed: Refusal = { kind: "refusal", errors: [new GraphQLError("The socket is closed.")] };

/**
 * What one socket has under way: only so much at once. While too much waits, the socket is not read, so that whatever a
 * client sends stays in its own memory.
 */
export class SocketWork {
  readonly #socket: WebSocket;
  readonly #viewerSocket: ViewerSocket;
  readonly #turnstile = pLimit(maxOperationsInFlight);
  /** By their ids, with what tells one operation from an earlier one of the same id. */
  readonly #operations = new Map<string, object>();
  #subscriptions = 0;
  #judging: Promise<unknown> = Promise.resolve();

  constructor(socket: WebSocket, viewerSocket: ViewerSocket) {
    this.#socket = socket;
    this.#viewerSocket = viewerSocket;
  }

  /** Subscriptions that are served. */
  get subscriptions(): number {
    return this.#subscriptions;
  }

  /** @returns false when the id is that of an operation that has not ended, also if the client has asked for its end */
  begin(id: string, operation: object): boolean {
    if (this.#operations.has(id)) return false;
    this.#operations.set(id, operation);
    this.#read();
    return true;
  }

  /** May be called more than once. */
  end(id: string, operation: object): void {
    if (this.#operations.get(id) === operation) this.#operations.delete(id);
    this.#read();
  }

  /** @returns what to call, once, when the subscription has ended */
  serve(): () => void {
    this.#subscriptions += 1;
    this.#read();
    return () => {
      this.#subscriptions -= 1;
    };
  }

  /** What this socket sends waits for what it sent before, so that it can't fill the queue that all share. */
  judge(resolve: () => Resolved | Promise<Resolved>): Promise<Resolved> {
    const judged = this.#judging.then(() => (this.#isOpen() ? resolve() : closed));
    this.#judging = judged;
    return judged;
  }

  /**
   * Runs an operation when it is its turn and the socket has taken what it asked for before: answers never pile up behind a
   * client that does not read. One that takes nothing for long is cut off by the sweep.
   */
  run(operation: () => Promise<void>): Promise<void> {
    return this.#turnstile(async () => {
      if (!this.#viewerSocket.isDrained) {
        await new Promise<void>((resolve) => this.#viewerSocket.whenDrained(resolve));
      }
      if (this.#isOpen()) await operation();
    });
  }

  #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #read(): void {
    const waiting = this.#operations.size - this.#subscriptions;
    if (waiting >= maxOperationsWaiting) this.#socket.pause();
    else if (this.#socket.isPaused && waiting <= maxOperationsWaiting / 2) this.#socket.resume();
  }
}
