import { isUtf8 } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { fastify, type FastifyInstance } from "fastify";
import { badInput } from "../../domain/errors.js";
import { everyAnswer, refuseConnection } from "../network/raw-refusal.js";
import { givenId } from "../../observability/request-id.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import { oneAtATime } from "./one-at-a-time.js";
import { nameAnswer } from "./answer-id.js";
import { PlainRequest } from "./plain-request.js";
import { answerError, refuse, refuseUnknown, sentenceOf } from "./refusals.js";

export interface ListenerOptions {
  bodyLimit: number;
  /** A request's headers and body must arrive within this time: a slow sender must not hold a socket for ever. */
  requestTimeoutMs: number;
  /** Whether closing the listener also ends connections with requests in flight. */
  forceCloseConnections?: boolean;
  /** Headers for the answers to requests that are refused before any hook runs. */
  headersFor?: (request: IncomingMessage) => Readonly<Record<string, string>>;
  /** Called with the status that answers a connection that sent no valid HTTP request, or not in time. */
  onRefused?: (status: number) => void;
  log: RequestLog;
}

/** How often Node looks for requests that take too long; its default is 30 s. */
const checkEveryMs = 500;
const keepAliveMs = 72_000;
/**
 * Room for a player's name in a URL: up to 255 characters, each written as up to 12. The framework's default is less.
 */
const maxParamLength = 4_096;

/** Matches most Host headers, faster than parsing them. */
const plainHost = /^[\w.-]+(?::\d+)?$/;

/** Errors of the HTTP parser and the timer. All other errors mean that the connection is lost. */
const refusable = /^(?:HPE|ERR_HTTP)_/;
/** The statuses that answer the parser's and the timer's errors; 400 for all others. */
const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/**
 * An HTTP/1.1 server that words every answer itself, even those that Node and the framework would otherwise give: to
 * bytes that are not HTTP, to an unknown address, to a request that never ends.
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
          // Node's own refusal would be empty; `problemOfHead` refuses such a request.
          requireHostHeader: false,
        },
        inTurn,
      );
      // Node's own refusal would be empty; `problemOfHead` refuses expectations that can't be met.
      server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => inTurn(request, response));
      server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
        socket.on("error", () => undefined);
        refuseConnection(socket, 405, sentenceOf(405));
      });
      return server;
    },
    clientErrorHandler: (error, socket) => {
      log.debug({ err: error }, "a connection broke, or did not send valid HTTP");
      if (!refusable.test(error.code)) return void socket.destroy();
      // A client that connects in advance would take a refusal for the answer to its first request.
      if (socket.bytesRead === 0) return void socket.destroy();
      const status = statuses[error.code] ?? 400;
      onRefused?.(status);
      // A refusal must not end up in the middle of an answer that is being sent.
      const isQuiet = socket.bytesWritten === 0 || (socket.writableLength === 0 && !isAnswering(socket));
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
    // Fastify would read invalid bytes as U+FFFD, and so take two different names for the same.
    if (isUtf8(body)) void parseJson(request, body.toString(), parsed);
    else parsed(badInput("The body must be UTF-8."));
  });
  app.setNotFoundHandler(refuseUnknown);
  app.setErrorHandler((thrown, request, reply) => answerError(thrown, request, reply, log));
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(everyAnswer);
    // Other answers are named when they report an error: a made id that nobody reads would cost every request.
    if (givenId(request.raw.headers) !== undefined) nameAnswer(request, reply);
    const problem = problemOfHead(request.raw);
    if (problem !== undefined) return void refuse(request, reply, problem);
    done();
  });
  return app;
}

/** Whether an answer has begun and not ended. It may be a stream that has nothing to send at the moment. */
function isAnswering(socket: Duplex): boolean {
  // Not part of Node's types; Node's own handler of these errors asks the same.
  const { _httpMessage } = socket as { _httpMessage?: ServerResponse | null };
  return _httpMessage?.headersSent ?? false;
}

/** The port that a listener listens on; when 0 was configured, the one that the system chose. */
export function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  return address.port;
}

/** @returns the status to refuse the request with; undefined when its head is fine */
function problemOfHead({ headers, httpVersionMinor }: IncomingMessage): number | undefined {
  const { host, expect } = headers;
  if (expect !== undefined && httpVersionMinor === 1 && !/(?:^|\W)100-continue(?:$|\W)/i.test(expect)) return 417;
  if (host === undefined) {
    if (httpVersionMinor === 1) return 400;
    // HTTP/1.0 needs no Host header, but the code behind this expects one.
    headers.host = "localhost";
  } else if (!plainHost.test(host) && !URL.canParse(`http://${host}`)) return 400;
  return undefined;
}
