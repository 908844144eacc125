import { NextMessage } from "./next-message.js";
import type { PushQueue, Pushing } from "./push-queue.js";
import type { Topic } from "./topic.js";
import type { ViewerConnection } from "./viewer-connection.js";

/** A subscription as the hub sees it. */
export interface HubOperation {
  readonly topic: Topic<unknown>;
  /** Executes the operation for one value; gives the execution result as JSON. */
  readonly execute: (value: unknown) => string | Promise<string>;
}

export interface HubObserver {
  /** A message was executed and serialised, for all viewers of a group. */
  onMessage(): void;
  /** Bytes went to one connection. */
  onWrite(bytes: number): void;
  /** A connection was not ready for news; it gets the newest value once it is. */
  onConflated(): void;
  /** A change went out to all viewers of an operation, `seconds` after it was made. */
  onPushed(seconds: number): void;
  /** A change that belongs to a trace went out to all viewers of an operation. */
  onTracedPush?(push: TracedPush): void;
  onError(error: unknown): void;
}

export interface TracedPush {
  readonly traceparent: string;
  /** In milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly viewers: number;
}

/** Connections written to before each `yield`: about 2 ms. */
const sliceSize = 200;

/** All viewers of one operation. */
export class ViewerGroup implements Pushing {
  readonly key: string;
  readonly #operation: HubOperation;
  readonly #queue: PushQueue;
  readonly #observer: HubObserver;
  readonly #viewers = new Set<Viewer>();
  #unsubscribe: (() => void) | undefined;
  /** The newest value that all viewers are to see. */
  #newest: unknown;
  /** The message that shows `#newest`, once a viewer could take it. */
  #shown: Message | undefined;
  /**
   * The message for the last viewers to join, when their value was another. Kept apart, so that joining costs others
   * nothing.
   */
  #shownToNew: Message | undefined;

  constructor(key: string, operation: HubOperation, queue: PushQueue, observer: HubObserver) {
    this.key = key;
    this.#operation = operation;
    this.#queue = queue;
    this.#observer = observer;
  }

  /** What its topic is about. */
  get about(): string | undefined {
    return this.#operation.topic.about;
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
        // This viewer still gets the values that are pushed.
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
    const { topic } = this.#operation;
    const traceparent = topic.traceparent?.(begun);
    const startedAt = traceparent === undefined ? 0 : Date.now();
    let count = 0;
    for (const viewer of this.#viewers) {
      // When a newer value arrives during this push, the viewers that are still to come get the newer value at once.
      viewer.update();
      count += 1;
      if (count % sliceSize === 0) yield;
    }
    const changedAt = topic.changedAt(begun);
    if (changedAt !== undefined) this.#observer.onPushed(Math.max(0, Date.now() - changedAt) / 1000);
    if (traceparent !== undefined) this.#observer.onTracedPush?.({ traceparent, startedAt, viewers: count });
  }

  /** The newer of two values: the one that all viewers are to see, and the one that a viewer has read by itself. */
  newestOf(own: unknown): unknown {
    if (this.#newest === undefined || own === undefined) return this.#newest ?? own;
    return this.isNewer(own, this.#newest) ? own : this.#newest;
  }

  isNewer(value: unknown, than: unknown): boolean {
    return than === undefined || this.#operation.topic.isNewer(value, than);
  }

  /** A message that shows this value or a newer one. It is executed once, for the first viewer that can take it. */
  show(value: unknown): Message {
    if (this.#shown && (this.#shown.value === value || !this.isNewer(value, this.#shown.value))) return this.#shown;
    if (this.#shownToNew && !this.isNewer(value, this.#shownToNew.value)) return this.#shownToNew;
    const result = this.#operation.execute(value);
    const message = new Message(value, typeof result === "string" ? this.#made(result) : undefined);
    if (typeof result !== "string") {
      message.await(
        result.then((json) => this.#made(json)),
        (error) => this.#failed(message, error),
      );
    }
    if (value === this.#newest) this.#shown = message;
    else this.#shownToNew = message;
    return message;
  }

  #made(json: string): NextMessage {
    this.#observer.onMessage();
    return new NextMessage(json);
  }

  /** The next viewer has it executed again. */
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
  /** Undefined while the operation is being executed, and when that failed. */
  message: NextMessage | undefined;
  #ready: Promise<void> | undefined;

  constructor(value: unknown, message: NextMessage | undefined) {
    this.value = value;
    this.message = message;
  }

  await(result: Promise<NextMessage>, onFailed: (error: unknown) => void): void {
    this.#ready = result.then((message) => void (this.message = message)).catch(onFailed);
  }

  /** Calls back once the message is there; never when its execution failed. */
  whenReady(callback: (message: NextMessage) => void): void {
    void this.#ready?.then(() => {
      if (this.message) callback(this.message);
    });
  }
}

/** One viewer's subscription. */
class Viewer {
  readonly #group: ViewerGroup;
  readonly #connection: ViewerConnection;
  readonly #prefix: Buffer;
  readonly #observer: HubObserver;
  /**
   * While "joining", news is held back: the first message must not be older than the current value, which is being
   * read.
   */
  #state: "joining" | "open" | "closed" = "joining";
  /** The value that was current when the viewer joined. */
  #first: unknown;
  #sent: unknown;
  /** Calls `update`. Made when the viewer first has to wait, as there are many viewers, and most never do. */
  #onDrained: (() => void) | undefined;

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
    if (this.#onDrained) this.#connection.forget(this.#onDrained);
  }

  /** Sends the newest value, unless it was sent before; at once, or as soon as the connection can take it. */
  update(): void {
    if (this.#state !== "open") return;
    const value = this.#group.newestOf(this.#first);
    if (value === undefined || !this.#group.isNewer(value, this.#sent)) return;
    if (!this.#connection.isDrained) {
      this.#observer.onConflated();
      this.#connection.whenDrained((this.#onDrained ??= () => this.update()));
      return;
    }
    const shown = this.#group.show(value);
    if (shown.message) this.#send(shown.value, shown.message);
    else shown.whenReady((message) => this.#sendLater(shown.value, message));
  }

  /** During the execution a newer value may have been sent, or the viewer may have left. */
  #sendLater(value: unknown, message: NextMessage): void {
    if (this.#state === "open" && this.#group.isNewer(value, this.#sent)) this.#send(value, message);
  }

  #send(value: unknown, message: NextMessage): void {
    this.#first = undefined;
    this.#sent = value;
    this.#observer.onWrite(this.#connection.send(message, this.#prefix));
  }
}
