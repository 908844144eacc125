import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import cors, { type FastifyCorsOptions } from "@fastify/cors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { StandingsError } from "../../domain/errors.js";
import type { Service } from "../../lifecycle.js";
import { tooManyConnections, type ConnectionLimits } from "../network/connection-limits.js";
import type { ConnectionMetrics } from "../metrics.js";
import type { OriginPolicy } from "../network/origins.js";
import { StallWatch } from "../network/stall-watch.js";
import { requestIdHeader } from "../../observability/request-id.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import { noTraces, type Traces } from "../../observability/traces.js";
import { listen } from "./listen.js";
import { createListener, portOf } from "./listener.js";
import { answerOtherMethods } from "./other-methods.js";
import { traceRequests } from "./traced-requests.js";

export interface HttpServerOptions {
  port: number;
  host: string;
  /** Whether pages of other origins may use the service at all. `origins` decides which. */
  cors: boolean;
  origins: OriginPolicy;
  limits: ConnectionLimits;
  /** Adds the routes. */
  register: (app: FastifyInstance) => void | Promise<void>;
  requestTimeoutMs?: number;
  /** Unread bytes of all connections together, beyond which the largest stalled ones are cut off at once. */
  maxWaitingBytes?: number;
  metrics: ConnectionMetrics;
  traces?: Traces;
  log: RequestLog;
}

/** A GraphQL document with its variables; the REST endpoint has a smaller limit of its own. */
const bodyLimit = 100 * 1024;
const defaultRequestTimeoutMs = 10_000;
/** How often a stopping server closes the connections that have become idle since. */
const idleSweepMs = 50;
const stallSweepMs = 500;
/** Longer than any complete request takes: only requests without an end to their headers or body are cut off then. */
const stopGraceMs = 5_000;
/** What is left of that at least, after new requests were refused for a while. */
const minStopGraceMs = 500;

const corsOptions: FastifyCorsOptions = {
  origin: true,
  methods: ["GET", "POST"],
  exposedHeaders: ["retry-after", requestIdHeader, "ratelimit", "ratelimit-policy"],
  maxAge: 600,
  strictPreflight: false,
};

/** The public listener. Stopping lets requests in flight finish and answers new ones on open connections with 503. */
export class HttpServer implements Service {
  readonly name = "http";
  readonly #options: HttpServerOptions;
  readonly #app: FastifyInstance;
  /** All connections that speak HTTP. WebSockets are handed over to `GraphQLSockets`. */
  readonly #connections = new Set<Socket>();
  readonly #stalls: StallWatch;
  #sweeper: NodeJS.Timeout | undefined;
  /** Since when new requests are refused, in terms of performance.now(). */
  #refusingSince: number | undefined;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#stalls = new StallWatch(options.maxWaitingBytes);
    options.metrics.unreadBytes.readFrom("http", () => this.#stalls.waitingBytes);
    this.#app = createListener({
      bodyLimit,
      requestTimeoutMs: options.requestTimeoutMs ?? defaultRequestTimeoutMs,
      headersFor: (request) => this.#corsHeaders(request),
      onRefused: (status) => options.metrics.badConnections.inc({ status }),
      log: options.log,
    });
  }

  get server(): Server {
    return this.#app.server;
  }

  /** The port that it listens on, after `start`; when 0 was configured, the one that the system chose. */
  get port(): number {
    return portOf(this.#app);
  }

  async start(): Promise<void> {
    const { port, host, register, traces = noTraces } = this.#options;
    const app = this.#app;
    traceRequests(app, traces);
    const addOtherMethods = answerOtherMethods(app);
    if (this.#options.cors)
      await app.register(cors, { delegator: (request, done) => done(null, this.#corsOf(request)) });
    // Registered after CORS, so that pages may read why they are refused.
    app.addHook("onRequest", (request, reply, done) => this.#refuseWhenBusy(request, reply, done));
    await register(app);
    await app.after();
    addOtherMethods();
    this.server.on("connection", (socket: Socket) => this.#accept(socket));
    this.#sweeper = setInterval(() => this.#cutOffStalled(performance.now()), stallSweepMs);
    await listen(app, { port, host, named: { port: "PORT", host: "HOST" } });
  }

  /** Stops watching a connection that has become a WebSocket. */
  handOver(socket: Socket): void {
    this.#connections.delete(socket);
  }

  /** Answers requests from now on with 503, while viewers' connections are still open. */
  refuseNew(): void {
    this.#refusingSince ??= performance.now();
  }

  async stop(): Promise<void> {
    this.refuseNew();
    clearInterval(this.#sweeper);
    // Browsers open connections in advance. Node does not count a connection that never sent anything as idle.
    for (const socket of this.#connections) if (socket.bytesRead === 0) socket.destroy();
    const sweeper = setInterval(() => this.server.closeIdleConnections(), idleSweepMs);
    const waited = performance.now() - (this.#refusingSince ?? 0);
    const cutOff = setTimeout(() => this.server.closeAllConnections(), Math.max(minStopGraceMs, stopGraceMs - waited));
    await this.#app.close();
    clearInterval(sweeper);
    clearTimeout(cutOff);
  }

  #accept(socket: Socket): void {
    const { limits, metrics } = this.#options;
    limits.accept(socket);
    if (socket.destroyed) return;
    metrics.connections.inc();
    this.#connections.add(socket);
    socket.once("close", () => {
      metrics.connections.dec();
      this.#connections.delete(socket);
    });
  }

  #refuseWhenBusy({ raw }: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    if (this.#refusingSince !== undefined) return done(new StandingsError("shuttingDown"));
    if (!this.#options.limits.isRefused(raw.socket)) return done();
    reply.header("connection", "close");
    done(new StandingsError("overloaded", { message: tooManyConnections }));
  }

  #corsOf({ raw }: FastifyRequest): FastifyCorsOptions {
    return this.#isAllowedPage(raw) ? corsOptions : { origin: false };
  }

  /** The headers that the CORS plugin adds in its hook. */
  #corsHeaders(request: IncomingMessage): Record<string, string> {
    if (!this.#options.cors) return {};
    const { origin } = request.headers;
    return {
      vary: "Origin",
      ...(origin !== undefined && this.#isAllowedPage(request) && { "access-control-allow-origin": origin }),
    };
  }

  #isAllowedPage(request: IncomingMessage): boolean {
    return request.headers.origin !== undefined && this.#options.origins.allows(request);
  }

  /** Cuts off clients that send requests but don't read the answers, which stay in memory. */
  #cutOffStalled(now: number): void {
    for (const socket of this.#stalls.stalled(this.#connections, now)) {
      this.#options.metrics.closedSlow.inc();
      socket.destroy();
    }
  }
}
