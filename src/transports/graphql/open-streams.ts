import type { FastifyReply, FastifyRequest } from "fastify";
import type { Viewer } from "../../auth/roles.js";
import { watchTokenEnd } from "../../auth/token-end.js";
import { StandingsError } from "../../domain/errors.js";
import { NextMessage } from "../../fanout/next-message.js";
import { ViewerStream, type StreamDialect } from "../../fanout/viewer-stream.js";
import type { Answer } from "../../graphql/execution/executor.js";
import type { Leave } from "../../graphql/execution/subscriptions.js";
import type { Service } from "../../lifecycle.js";
import type { ConnectionMetrics } from "../metrics.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import type { Traces } from "../../observability/traces.js";
import { nameAnswer } from "../http/answer-id.js";
import { endInSlices } from "../network/drain.js";
import { tooManyConnections, type ConnectionLimits } from "../network/connection-limits.js";

export interface OpenStreamsOptions {
  /** Over how long a stop ends the streams. */
  drainMs: number;
  limits: ConnectionLimits;
  metrics: ConnectionMetrics;
  traces: Traces;
  log: RequestLog;
}

/** Ends a stream with its only answer, or ends a subscription once the viewer has left. */
export function follow(begun: Leave | Answer, connection: ViewerStream, left: AbortSignal): void {
  if (typeof begun !== "function") connection.end(new NextMessage(begun.body));
  else if (left.aborted) begun();
  else left.addEventListener("abort", begun, { once: true });
}

interface OpenStream {
  readonly viewer: ViewerStream;
  readonly end: () => void;
}

/** How often streams are looked at that may need a sign of life. */
const keepAliveMs = 1_000;

/** HTTP answers that stay open while a viewer follows a subscription, in any dialect. */
export class OpenStreams implements Service {
  readonly name = "open-streams";
  readonly #options: OpenStreamsOptions;
  readonly #streams = new Set<OpenStream>();
  #sweeper: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: OpenStreamsOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    this.#sweeper = setInterval(() => this.#keepAlive(performance.now()), keepAliveMs);
    return Promise.resolve();
  }

  /** Ends every stream without completing it, so that clients come back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await endInSlices(
      [...this.#streams].map(({ end }) => end),
      this.#options.drainMs,
    );
    clearInterval(this.#sweeper);
  }

  /**
   * Sends the headers of an answer that stays open, and hands it to `serve`. The answer breaks off when `serve` fails
   * or the token ends.
   *
   * @param serve gets the connection, and a signal that the viewer has left
   * @throws StandingsError `overloaded` or `shuttingDown`, before anything is sent
   */
  async open(
    request: FastifyRequest,
    reply: FastifyReply,
    viewer: Viewer,
    dialect: StreamDialect,
    serve: (connection: ViewerStream, left: AbortSignal) => Promise<void>,
  ): Promise<FastifyReply> {
    const { limits, metrics, traces, log } = this.#options;
    // The listener still takes requests, and viewers whose streams have just been ended come back at once.
    if (this.#stopping) throw new StandingsError("shuttingDown");
    // The viewer left while its document was judged: no event would ever end the stream.
    if (reply.raw.destroyed) return reply.hijack();
    const release = limits.admit(request.raw);
    if (!release) throw new StandingsError("overloaded", { message: tooManyConnections });

    // Errors may still come within the answer.
    nameAnswer(request, reply);
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...dialect.headers });
    response.flushHeaders();
    // The request is answered; its stream may last for days.
    traces.active?.set({ "http.response.status_code": response.statusCode });
    traces.active?.end();
    const connection = new ViewerStream(response, dialect);
    const leave = new AbortController();
    const stream: OpenStream = { viewer: connection, end: () => response.destroy() };
    this.#streams.add(stream);
    const unwatch = watchTokenEnd(viewer, stream.end);
    metrics.eventStreams.inc();
    response.on("error", (error) => log.debug({ err: error, request: request.raw }, "a stream broke"));
    response.once("close", () => {
      leave.abort();
      unwatch();
      this.#streams.delete(stream);
      metrics.eventStreams.dec();
      release();
    });
    try {
      await serve(connection, leave.signal);
    } catch (error) {
      log.error({ err: error, request: request.raw }, "an operation on a stream failed");
      response.destroy();
    }
    return reply;
  }

  /** The HTTP server cuts off streams that nobody reads. */
  #keepAlive(now: number): void {
    for (const { viewer } of this.#streams) viewer.keepAlive(now);
  }
}
