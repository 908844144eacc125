import type { Server } from "node:http";
import type { Socket } from "node:net";
import cors from "@fastify/cors";
import { fastify, type FastifyInstance } from "fastify";
import { StandingsError, toStandingsError } from "../errors.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../logger.js";

export interface HttpServerOptions {
  port: number;
  host: string;
  corsOrigins: readonly string[];
  /** Adds the routes. */
  register: (app: FastifyInstance) => void | Promise<void>;
  logger: Logger;
}

/** A GraphQL document with its variables; the REST endpoint has a smaller limit of its own. */
const bodyLimit = 100 * 1024;
/** A request's headers and body must have come within this time: a slow sender must not hold a socket for ever. */
const requestTimeoutMs = 10_000;
/** Connections whose last answer went out after the stop began are idle only then. */
const idleSweepMs = 50;
/** Longer than any request that came in full takes; what is cut off then never ended its headers or its body. */
const stopGraceMs = 5_000;

/** The public listener. Stopping lets requests in flight finish and answers new ones on open connections with 503. */
export class HttpServer implements Service {
  readonly name = "http";
  readonly #options: HttpServerOptions;
  readonly #app: FastifyInstance;
  readonly #connections = new Set<Socket>();
  #stopping = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#app = fastify({
      bodyLimit,
      requestTimeout: requestTimeoutMs,
      return503OnClosing: false,
      ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    });
  }

  get server(): Server {
    return this.#app.server;
  }

  /** Where it listens, after `start`; the port is the chosen one when 0 was asked for. */
  get port(): number {
    return portOf(this.#app);
  }

  async start(): Promise<void> {
    const { port, host, corsOrigins, register, logger } = this.#options;
    const app = this.#app;
    app.setNotFoundHandler((_request, reply) => reply.code(404).send({ success: false, message: "Not found." }));
    app.setErrorHandler((thrown, _request, reply) => {
      const error = toStandingsError(thrown);
      const clientStatus = statusOfClientError(thrown);
      if (clientStatus === undefined && error.isUnloggedFault) logger.error({ err: error }, "a request failed");
      if (error.retryAfter !== undefined) reply.header("retry-after", error.retryAfter);
      const message = clientStatus === undefined ? error.message : "The request is not valid.";
      return reply.code(clientStatus ?? error.restStatus).send({ success: false, message });
    });
    app.addHook("onRequest", (_request, _reply, done) => {
      done(this.#stopping ? new StandingsError("shuttingDown") : undefined);
    });
    if (corsOrigins.length > 0) {
      await app.register(cors, {
        origin: [...corsOrigins],
        methods: ["GET", "POST"],
        exposedHeaders: ["retry-after"],
        maxAge: 600,
      });
    }
    await register(app);
    this.server.on("connection", (socket: Socket) => {
      this.#connections.add(socket);
      socket.once("close", () => this.#connections.delete(socket));
    });
    await app.listen({ port, host });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // Browsers open connections in advance; for Node one that never sent anything is not idle.
    for (const socket of this.#connections) if (socket.bytesRead === 0) socket.destroy();
    const sweeper = setInterval(() => this.server.closeIdleConnections(), idleSweepMs);
    const cutOff = setTimeout(() => this.server.closeAllConnections(), stopGraceMs);
    await this.#app.close();
    clearInterval(sweeper);
    clearTimeout(cutOff);
  }
}

export function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  return address.port;
}

/** The 4xx that Fastify itself gives, for a body that can't be read, say. */
function statusOfClientError(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error && "statusCode" in thrown)) return undefined;
  const status = Number(thrown.statusCode);
  return status >= 400 && status < 500 ? status : undefined;
}
