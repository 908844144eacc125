import type { WebSocket } from "ws";
import type { Viewer } from "../../auth/roles.js";
import { TokenBucket } from "../../domain/rate-limit.js";
import type { ViewerSocket } from "../../fanout/viewer-socket.js";
import { pingIntervalMs, refusalRate } from "./connection-limits.js";
import { SocketWork } from "./socket-work.js";

/** The client that opened a socket. */
export interface Sender {
  /** The client's address. */
  readonly caller: string;
  /** The id of the request that opened the socket. */
  readonly requestId: string;
  /** The trace that the socket's operations belong to. */
  readonly traceparent: string | undefined;
}

/** The state of a socket, besides the state that graphql-ws keeps. */
export interface SocketState extends Sender, Record<PropertyKey, unknown> {
  readonly socket: WebSocket;
  readonly viewerSocket: ViewerSocket;
  readonly work: SocketWork;
  readonly refusals: TokenBucket;
  /** When the last message came, in terms of performance.now(). */
  activeAt: number;
  /** Whether the last ping was answered. */
  answersPings: boolean;
  /** When the next ping is due, in terms of performance.now(). */
  pingAt: number;
  viewer?: Viewer;
  /** Ends the watch over the viewer's token. */
  unwatch?: () => void;
}

/** The first state of a socket. */
export function newSocketState(
  socket: WebSocket,
  viewerSocket: ViewerSocket,
  sender: Sender,
  now: number,
): SocketState {
  return {
    socket,
    viewerSocket,
    ...sender,
    work: new SocketWork(socket, viewerSocket),
    refusals: new TokenBucket(refusalRate),
    activeAt: now,
    answersPings: true,
    // Random, so that sockets that were opened together are not pinged together.
    pingAt: now + Math.random() * pingIntervalMs,
  };
}
