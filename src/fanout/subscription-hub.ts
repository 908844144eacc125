import { Audiences } from "./audiences.js";
import { messagePrefix } from "./next-message.js";
import { PushQueue } from "./push-queue.js";
import { ViewerGroup, type HubObserver, type HubOperation } from "./viewer-group.js";
import type { ViewerConnection } from "./viewer-connection.js";

/**
 * Fan-out. Subscriptions are grouped by operation. For each new value a group executes and serialises once and writes
 * the same bytes to every connection. A connection that has not taken its last bytes gets nothing until it has, and
 * then only the newest message. So there is never a backlog, and a stalled viewer costs the others nothing.
 */
export class SubscriptionHub {
  /** Who follows which subject. */
  readonly audiences = new Audiences();
  readonly #groups = new Map<string, ViewerGroup>();
  readonly #observer: HubObserver;
  readonly #queue: PushQueue;
  #viewers = 0;

  constructor(observer: HubObserver) {
    this.#observer = observer;
    this.#queue = new PushQueue((error) => observer.onError(error));
  }

  get operations(): number {
    return this.#groups.size;
  }

  /** Operations whose newest message is on its way to viewers. */
  get pushing(): number {
    return this.#queue.length;
  }

  get viewers(): number {
    return this.#viewers;
  }

  /**
   * Adds a viewer: it gets the current value at once, then each newer one.
   *
   * @param key Operations with the same key share their results. An operation that must not be shared has its own key.
   * @param create gives the operation, for the first of its viewers; the others need not keep one of their own
   * @param id of the subscription on its connection
   * @returns a function that removes the viewer
   */
  join(key: string, create: () => HubOperation, connection: ViewerConnection, id: string): () => void {
    const group = this.#groups.get(key) ?? this.#addGroup(key, create());
    const viewer = group.add(connection, messagePrefix(id));
    const { about } = group;
    if (about !== undefined) this.audiences.add(about, connection);
    this.#viewers += 1;
    let joined = true;
    return () => {
      if (!joined) return;
      joined = false;
      this.#viewers -= 1;
      group.remove(viewer);
      if (about !== undefined) this.audiences.remove(about, connection);
      if (group.isEmpty) this.#groups.delete(group.key);
    };
  }

  #addGroup(key: string, operation: HubOperation): ViewerGroup {
    const group = new ViewerGroup(key, operation, this.#queue, this.#observer);
    this.#groups.set(key, group);
    return group;
  }
}
