import { setImmediate as nextTurn } from "node:timers/promises";
import { NextMessage, messagePrefix } from "./next-message.js";
import type { Topic } from "./topic.js";
import type { ViewerConnection } from "./viewer-connection.js";

/** A subscription that may be shared: nothing of its result depends on who asks. */
export interface SharedOperation {
  /** The same for operations whose results are the same: document, operation name and variables. */
  readonly key: string;
  readonly topic: Topic<unknown>;
  /** Executes the operation for one value; gives the execution result as JSON. */
  readonly execute: (value: unknown) => string | Promise<string>;
}

export interface HubObserver {
  /** A message was executed and serialised, for all members of a group. */
  onMessage(): void;
  /** Bytes went to one socket. */
  onWrite(bytes: number): void;
  /** A socket was not ready for news; it gets the newest when it is. */
  onConflated(): void;
  /** A change went out to all viewers of an operation, `seconds` after it was made. */
  onPushed(seconds: number): void;
  onError(error: unknown): void;
}

/**
 * Fan-out. Subscriptions are grouped by operation; for each new value a group executes and serialises once and writes the
 * same bytes to every socket. A socket that has not taken its last bytes yet gets nothing until it has, and then the newest
 * message only, so there is never a backlog, and a stalled socket costs the others nothing.
 */
export class SubscriptionHub {
  readonly #groups = new Map<string, Group>();
  readonly #observer: HubObserver;
  #viewers = 0;

  constructor(observer: HubObserver) {
    this.#observer = observer;
  }

  get operations(): number {
    return this.#groups.size;
  }

  get viewers(): number {
    return this.#viewers;
  }

  /**
   * Adds a viewer: it gets the current value at once, then each newer one.
   *
   * @param id of the subscription on its connection
   * @returns takes the viewer out again
   */
  join(operation: SharedOperation, connection: ViewerConnection, id: string): () => void {
    const group = this.#groups.get(operation.key) ?? this.#addGroup(operation);
    const member = new Member(group, connection, messagePrefix(id), this.#observer);
    group.add(member);
    this.#viewers += 1;
    let joined = true;
    return () => {
      if (!joined) return;
      joined = false;
      this.#viewers -= 1;
      group.remove(member);
      if (group.isEmpty) this.#groups.delete(operation.key);
    };
  }

  #addGroup(operation: SharedOperation): Group {
    const group = new Group(operation, this.#observer);
    this.#groups.set(operation.key, group);
    return group;
  }
}

/** Sockets written to in a row: some 2 ms. */
const sliceSize = 200;

/** A value of a topic, and the message that shows it. */
interface Shown {
  readonly value: unknown;
  readonly message: NextMessage;
}

/** All viewers of one operation. */
class Group {
  readonly #operation: SharedOperation;
  readonly #observer: HubObserver;
  readonly #members = new Set<Member>();
  #unsubscribe: (() => void) | undefined;
  #delivering = false;
  /** What all were shown last. */
  #shown: Shown | undefined;
  /** What the last who joined were shown, when that was newer. Joining viewers must not make the others pay. */
  #shownToNew: Shown | undefined;

  constructor(operation: SharedOperation, observer: HubObserver) {
    this.#operation = operation;
    this.#observer = observer;
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  add(member: Member): void {
    const { topic } = this.#operation;
    // Joining before reading leaves no gap between the first value and the changes.
    this.#unsubscribe ??= topic.subscribe((value) => {
      this.#offer(value).catch((error: unknown) => this.#observer.onError(error));
    });
    this.#members.add(member);
    topic
      .current()
      .then((value) => this.#showToNew(value))
      .then((shown) => member.open(shown))
      .catch((error: unknown) => this.#observer.onError(error));
  }

  remove(member: Member): void {
    this.#members.delete(member);
    member.close();
    if (!this.isEmpty) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  isNewer(shown: Shown, than: Shown | undefined): boolean {
    return than === undefined || this.#operation.topic.isNewer(shown.value, than.value);
  }

  async #offer(value: unknown): Promise<void> {
    const shown = await this.#show(value);
    if (!this.isNewer(shown, this.#shown)) return;
    this.#shown = shown;
    if (!this.#delivering) await this.#deliver();
  }

  /**
   * Writes to everybody, in slices between which the process does its other work: an increment must not wait until
   * thousands of sockets are written to. Whoever's turn is still to come when something newer arrives gets that at once.
   */
  async #deliver(): Promise<void> {
    this.#delivering = true;
    try {
      for (let begun: Shown | undefined; this.#shown && begun !== this.#shown;) {
        begun = this.#shown;
        let written = 0;
        for (const member of this.#members) {
          member.deliver(this.#shown);
          written += 1;
          if (written % sliceSize === 0) await nextTurn();
        }
        this.#observePush(begun.value);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #observePush(value: unknown): void {
    const changedAt = this.#operation.topic.changedAt(value);
    if (changedAt !== undefined) this.#observer.onPushed(Math.max(0, Date.now() - changedAt) / 1000);
  }

  async #showToNew(value: unknown): Promise<Shown> {
    for (const known of [this.#shown, this.#shownToNew]) {
      if (known && !this.#operation.topic.isNewer(value, known.value)) return known;
    }
    this.#shownToNew = await this.#show(value);
    return this.#shownToNew;
  }

  async #show(value: unknown): Promise<Shown> {
    const message = new NextMessage(await this.#operation.execute(value));
    this.#observer.onMessage();
    return { value, message };
  }
}

/** One viewer's subscription. */
class Member {
  readonly #group: Group;
  readonly #connection: ViewerConnection;
  readonly #prefix: Buffer;
  readonly #observer: HubObserver;
  /** Until the current value is there, news is held back: the first message must not be older than it. */
  #opened = false;
  #sent: Shown | undefined;
  /** The newest that waits for the socket, or for being opened. */
  #held: Shown | undefined;

  constructor(group: Group, connection: ViewerConnection, prefix: Buffer, observer: HubObserver) {
    this.#group = group;
    this.#connection = connection;
    this.#prefix = prefix;
    this.#observer = observer;
  }

  open(first: Shown): void {
    this.#opened = true;
    this.deliver(this.#held && this.#group.isNewer(this.#held, first) ? this.#held : first);
  }

  close(): void {
    this.#opened = false;
    this.#connection.forget(this.#flush);
  }

  /** Sends what is newer than all that was sent, now or when the socket can take it. */
  deliver(shown: Shown): void {
    if (!this.#group.isNewer(shown, this.#sent)) return;
    if (!this.#opened) {
      this.#held = shown;
      return;
    }
    if (!this.#connection.isDrained) {
      this.#observer.onConflated();
      this.#held = shown;
      this.#connection.whenDrained(this.#flush);
      return;
    }
    this.#held = undefined;
    this.#sent = shown;
    this.#observer.onWrite(this.#connection.send(shown.message, this.#prefix));
  }

  readonly #flush = (): void => {
    if (this.#held && this.#opened) this.deliver(this.#held);
  };
}
