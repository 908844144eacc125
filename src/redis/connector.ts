import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { AbstractConnector, type RedisOptions } from "ioredis";

type Target = Pick<RedisOptions, "host" | "port" | "family" | "tls" | "disconnectTimeout">;

/**
 * Opens the socket of one connection to a Redis server, and listens for its errors as long as it lives. ioredis listens
 * for the first error only, and a TLS socket whose handshake was broken off emits a second one, for the alert that the
 * server answers with. An error that nobody listens for ends the process.
 */
export class Connector extends AbstractConnector {
  readonly #target: Target;

  constructor(options: unknown) {
    const target = options as Target;
    super(target.disconnectTimeout ?? 0);
    this.#target = target;
  }

  connect(): Promise<Socket> {
    this.connecting = true;
    const { host = "localhost", port = 6379, family, tls } = this.#target;
    const address = { host, port, ...(family !== undefined && { family }) };
    const socket = tls ? connectTls({ ...address, ...tls }) : connectTcp(address);
    // ioredis reports this one itself when the socket failed before it could listen.
    socket.on("error", (error) => (this.firstError ??= error));
    this.stream = socket;
    return Promise.resolve(socket);
  }
}
