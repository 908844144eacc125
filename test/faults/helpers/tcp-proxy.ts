import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** As the client sees it: `up` to the server, `down` back. */
export type Direction = "up" | "down";

/**
 * The treatment of the bytes of one direction:
 *
 * - `pass`: they pass.
 * - `blackhole`: they vanish and the connection stays, as behind a firewall that lost its state.
 * - `{ delayMs }`: they arrive later.
 * - `trickle`: one byte a second arrives.
 */
export type Treatment = "pass" | "blackhole" | "trickle" | { readonly delayMs: number };

/** A network between a client and a server on this machine that a test can break. */
export class TcpProxy {
  readonly #server: Server;
  #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();
  readonly #forgotten = new WeakSet<Socket>();
  readonly #treatments: Record<Direction, Treatment> = { up: "pass", down: "pass" };
  /** The number of accepted connections. */
  connections = 0;

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Listens on a free port of 127.0.0.1 and forwards everything to the host and port of a URL. */
  static async to(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new TcpProxy({ host: hostname, port: Number(port) });
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** The same URL, but through the proxy. */
  through(url: string): string {
    const changed = new URL(url);
    changed.port = String((this.#server.address() as AddressInfo).port);
    return changed.href.replace(/\/$/, "");
  }

  /** Leads new connections to another server, as when a name changes its address. Existing connections stay. */
  lead(url: string): void {
    const { hostname, port } = new URL(url);
    this.#target = { host: hostname, port: Number(port) };
  }

  /** Applies from now on to bytes that are under way and to new connections. */
  treat(direction: Direction, treatment: Treatment): void {
    this.#treatments[direction] = treatment;
  }

  /** Drops all bytes on existing connections, for ever, as a firewall that lost its state. New connections work. */
  forget(): void {
    for (const socket of this.#sockets) this.#forgotten.add(socket);
  }

  /** Ends all treatments. Connections that lost bytes can't recover, so they end. */
  heal(): void {
    this.#treatments.up = this.#treatments.down = "pass";
    this.reset();
  }

  /** Ends all connections in good order (FIN). */
  cut(): void {
    for (const socket of this.#sockets) socket.end();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends all connections with RST, as a host that restarted does. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    this.connections += 1;
    const server = connect({ ...this.#target, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    void this.#pump(client, server, "up");
    void this.#pump(server, client, "down");
  }

  async #pump(from: Socket, to: Socket, direction: Direction): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) await this.#pass(chunk, to, direction);
      if (this.#treatments[direction] !== "blackhole" && !this.#forgotten.has(to)) to.end();
    } catch {
      to.destroy(); // One side is gone: tests cause that on purpose.
    }
  }

  async #pass(chunk: Buffer, to: Socket, direction: Direction): Promise<void> {
    const treatment = this.#treatments[direction];
    if (treatment === "blackhole" || this.#forgotten.has(to)) return;
    if (treatment === "trickle") return this.#trickle(chunk, to, direction);
    if (treatment !== "pass") await delay(treatment.delayMs);
    if (!to.destroyed) to.write(chunk);
  }

  async #trickle(chunk: Buffer, to: Socket, direction: Direction): Promise<void> {
    for (let at = 0; at < chunk.length; at += 1) {
      // The proxy was healed in the meantime: the rest may pass.
      if (this.#treatments[direction] === "pass") return void to.write(chunk.subarray(at));
      if (to.destroyed) return;
      to.write(chunk.subarray(at, at + 1));
      await delay(1_000);
    }
  }
}
