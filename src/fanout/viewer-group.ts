import { NextMessage } from "./next-message.js";
import type { PushQueue, Pushing } from "./push-queue.js";
import type { Topic } from "./topic.js";
import type { ViewerConnection } from "./viewer-connection.js";

/** A subscription as the hub sees it. */
export interface HubOperation {
  /** The same for operations whose results are the same for everybody; no other operation's, if they are not. */
  readonly key: string;
  readonly topic: Topic<unknown>;
  /** Executes the operation for one value; gives the execution result as JSON. */
  readonly execute: (value: unknown) => string | Promise<string>;
}

export interface HubObserver {
  /** A message was executed and serialised, for all viewers of a group. */
  onMessage(): void;
  /** Bytes went to one connection. */
  onWrite(bytes: number): void;
  /** A connection was not ready for news; it gets the newest when it is. */
  onConflated(): void;
  /** A change went out to all viewers of an operation, `seconds` after it was made. */
  onPushed(seconds: number): void;
  onError(error: unknown): void;
}

/** Connections written to in a row: some 2 ms. */
const sliceSize = 200;

/** All viewers of one operation. */
export class ViewerGroup implements Pushing {
  readonly #operation: HubOperation;
  readonly #queue: PushQueue;
  readonly #observer: HubObserver;
  readonly #viewers = new Set<Viewer>();
  #unsubscribe: (() => void) | undefined;
  /** The newest value that all are to see. */
  #newest: unknown;
  /** The message of that, once somebody could take it. */
  #shown: Message | undefined;
  /** What the last who joined were shown, when that was newer. Joining viewers must not make the others pay. */
  #shownToNew: Message | undefined;

  constructor(operation: HubOperation, queue: PushQueue, observer: HubObserver) {
    this.#operation = operation;
    this.#queue = queue;
    this.#observer = observer;
  }

  get isEmpty(): boolean {
    return this.#viewers.size === 0;
  }

  add(connection: ViewerConnection, prefix: Buffer): Viewer {
    const { topic } = this.#operation;
    // Joining before reading leaves no gap between the first value and the changes.
    this.#unsubscribe ??= topic.subscribe((value) => this.#offer(value));
    const viewer = new Viewer(this, connection, prefix, this.#observer);
    this.#viewers.add(viewer);
    topic
      .current()
      .catch((error: unknown) => {
        // What comes by push is for this viewer, too.
        this.#observer.onError(error);
        return undefined;
      })
      .then((value) => viewer.open(value))
      .catch((error: unknown) => this.#observer.onError(error));
    return viewer;
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    viewer.close();
    if (!this.isEmpty) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  *push(): Generator<void, void> {
    const begun = this.#newest;
    let count = 0;
    for (const viewer of this.#viewers) {
      // Whoever's turn is still to come when something newer arrives gets that at once.
      viewer.update();
      count += 1;
      if (count % sliceSize === 0) yield;
    }
    const changedAt = this.#operation.topic.changedAt(begun);
    if (changedAt !== undefined) this.#observer.onPushed(Math.max(0, Date.now() - changedAt) / 1000);
  }

  /** The newest of what all are to see and what a viewer has read by itself. */
  newestOf(own: unknown): unknown {
    if (this.#newest === undefined || own === undefined) return this.#newest ?? own;
    return this.isNewer(own, this.#newest) ? own : this.#newest;
  }

  isNewer(value: unknown, than: unknown): boolean {
    return than === undefined || this.#operation.topic.isNewer(value, than);
  }

  /** A message that shows a value or a newer one; executed for the first viewer who can take it, and once for all. */
  show(value: unknown): Message {
    for (const known of [this.#shown, this.#shownToNew]) {
      if (known && !this.isNewer(value, known.value)) return known;
    }
    const message = new Message(value, this.#operation.execute(value), {
      onReady: () => this.#observer.onMessage(),
      onFailed: (error) => this.#failed(message, error),
    });
    if (value === this.#newest) this.#shown = message;
    else this.#shownToNew = message;
    return message;
  }

  /** Who comes next has it executed again. */
  #failed(message: Message, error: unknown): void {
    if (this.#shown === message) this.#shown = undefined;
    if (this.#shownToNew === message) this.#shownToNew = undefined;
    this.#observer.onError(error);
  }

  #offer(value: unknown): void {
    if (!this.isNewer(value, this.#newest)) return;
    this.#newest = value;
    this.#queue.add(this);
  }
}

/** A value of a topic, and the message that shows it. */
class Message {
  readonly value: unknown;
  #message: NextMessage | undefined;
  readonly #ready: Promise<void> | undefined;

  constructor(
    value: unknown,
    result: string | Promise<string>,
    { onReady, onFailed }: { onReady: () => void; onFailed: (error: unknown) => void },
  ) {
    this.value = value;
    const take = (json: string) => {
      this.#message = new NextMessage(json);
      onReady();
    };
    if (typeof result === "string") take(result);
    else this.#ready = result.then(take).catch(onFailed);
  }

  /** Calls back at once when it is there, and not at all when it failed. */
  whenReady(callback: (message: NextMessage) => void): void {
    if (this.#message) callback(this.#message);
    else
      void this.#ready?.then(() => {
        if (this.#message) callback(this.#message);
      });
  }
}

/** One viewer's subscription. */
class Viewer {
  readonly #group: ViewerGroup;
  readonly #connection: ViewerConnection;
  readonly #prefix: Buffer;
  readonly #observer: HubObserver;
  /** Until the current value is there, news is held back: the first message must not be older than it. */
  #state: "joining" | "open" | "closed" = "joining";
  /** The value that was current when it came. */
  #first: unknown;
  #sent: unknown;

  constructor(group: ViewerGroup, connection: ViewerConnection, prefix: Buffer, observer: HubObserver) {
    this.#group = group;
    this.#connection = connection;
    this.#prefix = prefix;
    this.#observer = observer;
  }

  open(first: unknown): void {
    if (this.#state === "closed") return;
    this.#state = "open";
    this.#first = first;
    this.update();
  }

  close(): void {
    this.#state = "closed";
    this.#connection.forget(this.update);
  }

  /** Sends what is newer than all that was sent, now or when the connection can take it. */
  readonly update = (): void => {
    if (this.#state !== "open") return;
    const value = this.#group.newestOf(this.#first);
    if (value === undefined || !this.#group.isNewer(value, this.#sent)) return;
    if (!this.#connection.isDrained) {
      this.#observer.onConflated();
      this.#connection.whenDrained(this.update);
      return;
    }
    const shown = this.#group.show(value);
    shown.whenReady((message) => this.#send(shown.value, message));
  };

  #send(value: unknown, message: NextMessage): void {
    // While it was executed something newer may have been sent, or the viewer may have left.
    if (this.#state !== "open" || !this.#group.isNewer(value, this.#sent)) return;
    this.#first = undefined;
    this.#sent = value;
    this.#observer.onWrite(this.#connection.send(message, this.#prefix));
  }
}
