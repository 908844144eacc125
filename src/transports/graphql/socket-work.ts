import { GraphQLError } from "graphql";
import pLimit, { type LimitFunction } from "p-limit";
import type { WebSocket } from "ws";
import type { ViewerSocket } from "../../fanout/viewer-socket.js";
import { maxOperationsInFlight, maxOperationsWaiting } from "./connection-limits.js";
import type { Operation, Refusal } from "../../graphql/execution/operation.js";

type Resolved = Operation | Refusal;

const closed: Refusal = { kind: "refusal", errors: [new GraphQLError("The socket is closed.")] };

const ignore = (): void => undefined;

/**
 * Limits the operations of one socket that run at once. While too many wait, the socket is not read, so that further
 * messages stay in the client's memory.
 */
export class SocketWork {
  readonly #socket: WebSocket;
  readonly #viewerSocket: ViewerSocket;
  /** Made for the first operation that is no subscription: most viewers have none. */
  #turnstile: LimitFunction | undefined;
  /** By id. The object tells an operation from an earlier one of the same id. */
  readonly #operations = new Map<string, object>();
  #subscriptions = 0;
  #judging: Promise<unknown> = Promise.resolve();

  constructor(socket: WebSocket, viewerSocket: ViewerSocket) {
    this.#socket = socket;
    this.#viewerSocket = viewerSocket;
  }

  /** How many subscriptions are served. */
  get subscriptions(): number {
    return this.#subscriptions;
  }

  /** @returns false while an operation of this id has not ended, even if the client has asked for its end */
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

  /** @returns a function to call, once, when the subscription has ended */
  serve(): () => void {
    this.#subscriptions += 1;
    this.#read();
    return () => {
      this.#subscriptions -= 1;
    };
  }

  /** Resolves this socket's operations one at a time, so that one socket can't fill the queue that all share. */
  judge(resolve: () => Resolved | Promise<Resolved>): Promise<Resolved> {
    const judged = this.#judging.then(() => (this.#viewerSocket.isOpen ? resolve() : closed));
    // Without the result, which holds the request; a failure is the caller's, and the next operation has its turn.
    this.#judging = judged.then(ignore, ignore);
    return judged;
  }

  /**
   * Runs an operation when it is its turn and the socket has taken all earlier bytes, so that answers never pile up for
   * a client that does not read. The sweep cuts off a client that takes nothing for long.
   */
  run(operation: () => Promise<void>): Promise<void> {
    this.#turnstile ??= pLimit(maxOperationsInFlight);
    return this.#turnstile(async () => {
      if (!this.#viewerSocket.isDrained) {
        await new Promise<void>((resolve) => this.#viewerSocket.whenDrained(resolve));
      }
      if (this.#viewerSocket.isOpen) await operation();
    });
  }

  #read(): void {
    const waiting = this.#operations.size - this.#subscriptions;
    if (waiting >= maxOperationsWaiting) this.#socket.pause();
    else if (this.#socket.isPaused && waiting <= maxOperationsWaiting / 2) this.#socket.resume();
  }
}
