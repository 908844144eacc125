import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { limitKey, type TrustedProxies } from "./trusted-proxies.js";

export interface ConnectionLimitsOptions {
  /** Connections of this process, of any kind. */
  maxConnections: number;
  /** Connections from one address. Behind a trusted proxy: WebSockets and event streams from one address. */
  maxConnectionsPerAddress: number;
  /** Called for each connection, WebSocket or event stream that is refused, with the limit that it is beyond. */
  onRefused?: (limit: RefusingLimit) => void;
}

export type RefusingLimit = "process" | "address";

export const tooManyConnections = "Too many connections; try again later.";

/**
 * So many connections beyond the limits stay open until they are told so; further ones are closed without an answer.
 */
const refusedAtOnce = 100;

const nothing = (): void => undefined;

/**
 * Counts open connections, and refuses those beyond the limits. Each TCP connection counts once, when it is accepted. A
 * trusted proxy's connections carry many senders' requests, so they count for no address. A WebSocket or an event
 * stream through such a proxy counts for the address that the proxy reports.
 */
export class ConnectionLimits {
  readonly #options: ConnectionLimitsOptions;
  readonly #proxies: TrustedProxies;
  readonly #addresses = new Map<string, number>();
  readonly #refused = new Set<Socket>();
  #open = 0;

  constructor(options: ConnectionLimitsOptions, proxies: TrustedProxies) {
    this.#options = options;
    this.#proxies = proxies;
  }

  /** Counts an accepted connection until it is closed. */
  accept(socket: Socket): void {
    const address = this.#proxies.isProxy(socket) ? undefined : limitKey(socket.remoteAddress);
    const isFull = this.#open >= this.#options.maxConnections;
    if (isFull || (address !== undefined && this.#isFull(address))) {
      this.#options.onRefused?.(isFull ? "process" : "address");
      if (this.#refused.size >= refusedAtOnce) return void socket.destroy();
      this.#refused.add(socket);
      socket.once("close", () => this.#refused.delete(socket));
      return;
    }
    this.#open += 1;
    if (address !== undefined) this.#add(address, 1);
    socket.once("close", () => {
      this.#open -= 1;
      if (address !== undefined) this.#add(address, -1);
    });
  }

  /** Whether the connection is beyond the limits: its first request is refused, and the connection is closed. */
  isRefused(socket: Socket): boolean {
    return this.#refused.has(socket);
  }

  /**
   * Counts a WebSocket or an event stream, which stays open for one viewer.
   *
   * @returns a function to call when it has closed; undefined when it may not be opened
   */
  admit(request: IncomingMessage): (() => void) | undefined {
    const { socket } = request;
    if (this.isRefused(socket)) return undefined;
    // A connection without a proxy was counted when it was accepted.
    if (!this.#proxies.isProxy(socket)) return nothing;
    const address = this.#proxies.callerOf(request);
    if (!this.#isFull(address)) return this.#hold(address);
    this.#options.onRefused?.("address");
    return undefined;
  }

  /** Apart from `admit`, as what it returns lives long and must not hold the request. */
  #hold(address: string): () => void {
    this.#add(address, 1);
    return () => this.#add(address, -1);
  }

  #isFull(address: string): boolean {
    return (this.#addresses.get(address) ?? 0) >= this.#options.maxConnectionsPerAddress;
  }

  #add(address: string, change: 1 | -1): void {
    const count = (this.#addresses.get(address) ?? 0) + change;
    if (count > 0) this.#addresses.set(address, count);
    else this.#addresses.delete(address);
  }
}
