import { MessageType, type Client } from "graphql-ws";
import { fullJitter, waitUnlessWoken } from "./backoff.js";
import { Heartbeat, hiddenTimes, watchedTimes } from "./heartbeat.js";
import { createSocket } from "./socket.js";

/**
 * - `lost`: all subscriptions ended with the connection. The next attempt is at `retryAt`, in milliseconds since the
 *   Unix epoch.
 * - `retry`: subscribe again now.
 * - `silent`: the server has not answered for a moment, or this page did not run. The connection may be dead.
 * - `heard`: the server said something.
 * - `online`, `offline`: the browser gained or lost its network. A service on this very computer needs none.
 * - `unreachable`: and the server is out of reach with it.
 */
export type ConnectionEvent =
  | { readonly type: "lost"; readonly retryAt: number }
  | { readonly type: "retry" }
  | { readonly type: "silent" | "heard" | "online" | "offline" | "unreachable" };

type Listener = (event: ConnectionEvent) => void;

/** A connection that is neither refused nor made within this time is tried again. */
const connectWithinMs = 10_000;
/** The close code of an end that this page wanted. */
const normalClosure = 1000;

/**
 * The page's one socket, and what is known of it. All subscriptions share it, and one schedule of attempts. Retries
 * without limit, with full jitter, and at once when the browser is online again or the page is looked at again.
 */
export class Connection {
  readonly socket: Client;
  readonly #listeners = new Set<Listener>();
  #open = false;
  #retryAt: number | null = null;
  #attempt = 0;
  #heartbeat: Heartbeat | undefined;
  #connectTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.socket = createSocket({
      connecting: () => {
        this.#connectTimer = setTimeout(() => this.socket.terminate(), connectWithinMs);
      },
      connected: (socket) => this.#connected(socket as WebSocket),
      message: (message) => {
        if (message.type === MessageType.Next) this.#attempt = 0;
        this.#heartbeat?.heard();
        this.#emit({ type: "heard" });
      },
      closed: (event) => this.#closed((event as { code?: number }).code),
    });
    // The page lives as long as this connection, so these listeners need no end.
    window.addEventListener("online", () => this.#network());
    window.addEventListener("offline", () => this.#network());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#heartbeat?.ask();
    });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** When the next attempt is due; null while connected, connecting or not needed. */
  get retryAt(): number | null {
    return this.#retryAt;
  }

  /** @returns a function that ends it */
  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #connected(socket: WebSocket): void {
    clearTimeout(this.#connectTimer);
    this.#open = true;
    this.#heartbeat = new Heartbeat({
      times: () => (document.hidden ? hiddenTimes : watchedTimes),
      ping: () => socket.readyState === WebSocket.OPEN && socket.send('{"type":"ping"}'),
      silent: () => this.#emit({ type: "silent" }),
      dead: () => this.socket.terminate(),
    });
  }

  #closed(code: number | undefined): void {
    clearTimeout(this.#connectTimer);
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    this.#open = false;
    if (code === normalClosure || this.#retryAt !== null) return;
    const wait = fullJitter(this.#attempt++);
    this.#retryAt = Date.now() + wait;
    this.#emit({ type: "lost", retryAt: this.#retryAt });
    void waitUnlessWoken(wait).then(() => {
      this.#retryAt = null;
      this.#emit({ type: "retry" });
    });
  }

  #network(): void {
    this.#emit({ type: navigator.onLine ? "online" : "offline" });
    this.#heartbeat?.ask();
    if (navigator.onLine) return;
    fetch("/icon.svg", { method: "HEAD", cache: "no-store" }).catch(() => {
      if (!navigator.onLine) this.#emit({ type: "unreachable" });
    });
  }

  #emit(event: ConnectionEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
