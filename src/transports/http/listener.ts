import { isUtf8 } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { fastify, type FastifyInstance } from "fastify";
import { badInput } from "../../domain/errors.js";
import { everyAnswer, refuseConnection } from "../network/raw-refusal.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import { oneAtATime } from "./one-at-a-time.js";
import { PlainRequest } from "./plain-request.js";
import { answerError, refuse, sentenceOf } from "./refusals.js";

export interface ListenerOptions {
  bodyLimit: number;
  /** A request's headers and body must have come within this time: a slow sender must not hold a socket for ever. */
  requestTimeoutMs: number;
  /** Whether to end connections with requests in flight, too, when it is closed. */
  forceCloseConnections?: boolean;
  /** Headers for the answers to requests that are refused before any hook runs. */
  headersFor?: (request: IncomingMessage) => Readonly<Record<string, string>>;
  /** Told of each connection that sent what is no HTTP request, or not in time, with the status that it was answered. */
  onRefused?: (status: number) => void;
  log: RequestLog;
}

/** How often Node looks for requests that take too long; by itself every 30 s. */
const checkEveryMs = 500;
const keepAliveMs = 72_000;
/** The framework would refuse names of players in an address, of up to 255 characters that are written as 12 each. */
const maxParamLength = 4_096;

/** Most Host headers, tested faster than by parsing. */
const plainHost = /^[\w.-]+(?::\d+)?$/;

/** Of the parser and the timer; others mean that the connection is lost. */
const refusable = /^(?:HPE|ERR_HTTP)_/;
/** What the parser's and the timer's errors mean for the client. */
const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/**
 * An HTTP/1.1 server whose every answer is our own: also those that Node and the framework would give by themselves, to what
 * is no HTTP, an unknown address, or a request that never ends.
 */
export function createListener(options: ListenerOptions): FastifyInstance {
  const { bodyLimit, requestTimeoutMs, forceCloseConnections, headersFor, onRefused, log } = options;
  const app = fastify({
    bodyLimit,
    return503OnClosing: false,
    forceCloseConnections: forceCloseConnections ?? "idle",
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    routerOptions: { maxParamLength },
    serverFactory: (handle) => {
      const inTurn = oneAtATime(handle);
      const server = createServer(
        {
          IncomingMessage: PlainRequest,
          requestTimeout: requestTimeoutMs,
          headersTimeout: requestTimeoutMs,
          connectionsCheckingInterval: checkEveryMs,
          keepAliveTimeout: keepAliveMs,
          // Node's own refusal would be empty; `checkHead` refuses it.
          requireHostHeader: false,
        },
        inTurn,
      );
      // Node's own refusal would be empty; `checkHead` refuses what is not met.
      server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => inTurn(request, response));
      server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
        socket.on("error", () => undefined);
        refuseConnection(socket, 405, sentenceOf(405));
      });
      return server;
    },
    clientErrorHandler: (error, socket) => {
      log.debug({ err: error }, "a connection broke, or sent what is no HTTP");
      if (!refusable.test(error.code)) return void socket.destroy();
      // A client that connects ahead of need would take a refusal for the answer to its first request.
      if (socket.bytesRead === 0) return void socket.destroy();
      const status = statuses[error.code] ?? 400;
      onRefused?.(status);
      // There may be an answer under way, which this would stand in the middle of.
      const isQuiet = socket.bytesWritten === 0 || socket.writableLength === 0;
      if (socket.writable && isQuiet) refuseConnection(socket, status, sentenceOf(status));
      else socket.destroy();
    },
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...everyAnswer, ...headersFor?.(request.raw) });
      answerError(error, request, reply, log);
    },
  });
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<Buffer>("application/json", { parseAs: "buffer" }, (request, body, parsed) => {
    // Fastify would read other bytes as U+FFFD, and so take two names for one.
    if (isUtf8(body)) void parseJson(request, body.toString(), parsed);
    else parsed(badInput("The body must be UTF-8."));
  });
  app.setNotFoundHandler((request, reply) => refuse(request, reply, 404));
  app.setErrorHandler((thrown, request, reply) => answerError(thrown, request, reply, log));
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(everyAnswer);
    const problem = problemOfHead(request.raw);
    if (problem !== undefined) return void refuse(request, reply, problem);
    done();
  });
  return app;
}

/** Where a listener listens; the port is the chosen one when 0 was asked for. */
export function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  return address.port;
}

/** @returns the status to refuse it with */
function problemOfHead({ headers, httpVersionMinor }: IncomingMessage): number | undefined {
  const { host, expect } = headers;
  if (expect !== undefined && httpVersionMinor === 1 && !/(?:^|\W)100-continue(?:$|\W)/i.test(expect)) return 417;
  if (host === undefined) {
    if (httpVersionMinor === 1) return 400;
    // HTTP/1.0 needs none, and what is below expects one.
    headers.host = "localhost";
  } else if (!plainHost.test(host) && !URL.canParse(`http://${host}`)) return 400;
  return undefined;
}
