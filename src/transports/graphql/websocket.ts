import { isUtf8 } from "node:buffer";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from "graphql-ws";
import { WebSocketServer, type WebSocket } from "ws";
import { ViewerSocket } from "../../fanout/viewer-socket.js";
import type { Service } from "../../lifecycle.js";
import { closeCodes, maxIdleMs, messageRate, pingIntervalMs } from "./connection-limits.js";
import { closeCodeLabel, type ConnectionMetrics } from "../metrics.js";
import { requestIdHeader, requestIdOf } from "../../observability/request-id.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import type { ConnectionLimits } from "../network/connection-limits.js";
import type { OriginPolicy } from "../network/origins.js";
import { endInSlices } from "../network/drain.js";
import { refuseConnection } from "../network/raw-refusal.js";
import type { Traces } from "../../observability/traces.js";
import { StallWatch } from "../network/stall-watch.js";
import type { TrustedProxies } from "../network/trusted-proxies.js";
import { StandingsError } from "../../domain/errors.js";
import { TokenBucket } from "../../domain/rate-limit.js";
import { socketOperations, type SocketOperationsOptions } from "./socket-operations.js";
import { newSocketState, type Sender, type SocketState } from "./socket-state.js";

export interface GraphQLSocketsOptions extends SocketOperationsOptions {
  path: string;
  origins: OriginPolicy;
  proxies: TrustedProxies;
  limits: ConnectionLimits;
  metrics: ConnectionMetrics;
  traces: Traces;
  /** Over how long a stop closes the sockets. */
  drainMs: number;
  log: RequestLog;
  /** Called with each connection that becomes a WebSocket. */
  onOpen: (socket: Socket) => void;
}

const maxMessageBytes = 64 * 1024;
const sweepMs = 1_000;
const closeGraceMs = 1_000;
/** The sockets that a stop closes last may take this long. The whole stop has 10 s, see `main.ts`. */
const lastGraceMs = 500;

const ignore = (): void => undefined;

/**
 * GraphQL over WebSocket, sub-protocol `graphql-transport-ws`, on the HTTP server's port. This adapter replaces
 * graphql-ws' own one, which prints clients' mistakes on the console and keeps two timers per socket.
 */
export class GraphQLSockets implements Service {
  readonly name = "graphql-sockets";
  readonly #http: Server;
  readonly #options: GraphQLSocketsOptions;
  readonly #server;
  readonly #states = new Map<WebSocket, SocketState>();
  /** The same sockets, by their connections. */
  readonly #connections = new Map<Socket, WebSocket>();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    // One message per turn: graphql-ws frees an id as soon as a client completes it, but needs a moment to end it.
    allowSynchronousEvents: false,
    handleProtocols: (offered) => (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  });
  readonly #stalls = new StallWatch();
  #sweeper: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(http: Server, options: GraphQLSocketsOptions) {
    this.#http = http;
    this.#options = options;
    options.metrics.unreadBytes.readFrom("websocket", () => this.#stalls.waitingBytes);
    this.#server = makeServer(socketOperations(options));
    this.#sockets.on("headers", (headers, request) => headers.push(`${requestIdHeader}: ${requestIdOf(request)}`));
    this.#sockets.on("wsClientError", ({ message }, socket, { method }) => {
      options.metrics.refusedHandshakes.inc({ status: method === "GET" ? 400 : 405 });
      if (method === "GET") refuseConnection(socket, 400, `${message}.`, { "sec-websocket-version": "13, 8" });
      else refuseConnection(socket, 405, `${message}.`, { allow: "GET" });
    });
  }

  start(): Promise<void> {
    this.#http.on("upgrade", this.#upgrade);
    this.#sweeper = setInterval(() => this.#sweep(performance.now()), sweepMs);
    return Promise.resolve();
  }

  /** Closes every socket with 1001, in slices; those that don't answer in time are cut off. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const { drainMs } = this.#options;
    const sockets = [...this.#states.keys()];
    const closed = sockets.map((socket) => new Promise<void>((resolve) => void socket.once("close", () => resolve())));
    const cutOff = setTimeout(
      () => {
        for (const socket of sockets) socket.terminate();
      },
      Math.max(closeGraceMs, drainMs + lastGraceMs),
    );
    const closes = sockets.map((socket) => () => socket.close(closeCodes.goingAway, "Going away"));
    await endInSlices(closes, drainMs);
    await Promise.all(closed);
    clearTimeout(cutOff);
    clearInterval(this.#sweeper);
    this.#http.off("upgrade", this.#upgrade);
  }

  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Until ws takes over, a reset by the peer has no other handler.
    socket.on("error", ignore);
    const { path, origins, metrics } = this.#options;
    const refuse = (status: number, message: string, headers: Record<string, string> = {}) => {
      metrics.refusedHandshakes.inc({ status });
      refuseConnection(socket, status, message, headers);
    };
    if (request.url?.split("?", 1)[0] !== path) return refuse(404, "Not found.");
    if (!origins.allows(request)) return refuse(403, "Pages of this origin may not connect.");
    if (this.#stopping) {
      const { restStatus, message, retryAfter } = new StandingsError("shuttingDown");
      return refuse(restStatus, message, { "retry-after": String(retryAfter) });
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("error", ignore);
      this.#admit(webSocket, request);
    });
  };

  /** Nothing that lives as long as the socket may hold the request, which takes 2 KB. */
  #admit(webSocket: WebSocket, request: IncomingMessage): void {
    const { proxies, limits, onOpen } = this.#options;
    onOpen(request.socket);
    const { traceparent } = request.headers;
    const sender = {
      caller: proxies.callerOf(request),
      requestId: requestIdOf(request),
      traceparent: this.#options.traces.on && typeof traceparent === "string" ? traceparent : undefined,
    };
    // ws closes the socket after a broken frame by itself; without a listener the error would end the process.
    webSocket.on("error", this.#broke);
    const release = limits.admit(request);
    if (release) this.#open(webSocket, request.socket, sender, release);
    else webSocket.close(closeCodes.tryAgainLater, "Too many connections");
  }

  readonly #broke = (error: Error): void => this.#options.log.debug({ err: error }, "a WebSocket broke");

  #open(socket: WebSocket, connection: Socket, sender: Sender, release: () => void): void {
    const { metrics, log } = this.#options;
    metrics.sockets.inc();
    const now = performance.now();
    const state = newSocketState(socket, new ViewerSocket(socket), sender, now);
    this.#states.set(socket, state);
    this.#connections.set(connection, socket);
    const rate = new TokenBucket(messageRate);
    const closed = this.#server.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve) => {
            // Ignore the error: a failed write ends the socket, and its close event reports that.
            socket.send(data, () => resolve());
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => {
          socket.on("message", (data: Buffer, isBinary: boolean) => {
            state.activeAt = performance.now();
            // A client may go on sending while its socket is being closed.
            if (socket.readyState !== socket.OPEN) return;
            if (!rate.take(state.activeAt)) return socket.close(closeCodes.policyViolation, "Too many messages");
            // Read as text, invalid bytes would become U+FFFD, and two different names the same. ws checks only text.
            if (isBinary && !isUtf8(data)) return socket.close(CloseCode.BadRequest, "Invalid message received");
            handle(data.toString()).catch((error: unknown) => {
              if (isOfServersOnly(error)) return socket.close(CloseCode.BadRequest, "Invalid message received");
              log.error({ err: error, request: state }, "a WebSocket message could not be handled");
              socket.close(4500, "Internal server error");
            });
          });
        },
      },
      state,
    );
    socket.on("pong", () => (state.answersPings = true));
    socket.once("close", (code, reason) => {
      this.#states.delete(socket);
      this.#connections.delete(connection);
      release();
      metrics.sockets.dec();
      metrics.closedSockets.inc({ code: closeCodeLabel(code) });
      void closed(code, reason.toString());
    });
  }

  /** Pings sockets; closes stalled and idle ones. */
  #sweep(now: number): void {
    for (const connection of this.#stalls.stalled(this.#connections.keys(), now)) {
      const socket = this.#connections.get(connection);
      if (socket) this.#cutOff(socket);
    }
    for (const [socket, state] of this.#states) {
      if (state.work.subscriptions === 0 && now - state.activeAt > maxIdleMs) socket.close(closeCodes.normal, "Idle");
      else if (now >= state.pingAt) ping(socket, state, now);
    }
  }

  /** The close frame waits behind the unread bytes. A client that does not read on is cut off without it. */
  #cutOff(socket: WebSocket): void {
    if (socket.readyState !== socket.OPEN) return;
    this.#options.metrics.closedSlow.inc();
    socket.close(closeCodes.tryAgainLater, "Too slow");
    setTimeout(() => socket.terminate(), closeGraceMs).unref();
  }
}

/** graphql-ws' error for a well-formed message that only servers send, such as `next`. */
function isOfServersOnly(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Unexpected message of type");
}

function ping(socket: WebSocket, state: SocketState, now: number): void {
  if (!state.answersPings) return socket.terminate();
  state.answersPings = false;
  state.pingAt = now + pingIntervalMs;
  socket.ping();
}
