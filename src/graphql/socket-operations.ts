import { GraphQLError, execute, getOperationAST, type GraphQLSchema } from "graphql";
import type { ServerOptions } from "graphql-ws";
import pLimit, { type LimitFunction } from "p-limit";
import type { WebSocket } from "ws";
import type { Authenticator } from "../auth/authenticate.js";
import { anonymous, type Viewer } from "../auth/roles.js";
import { badInput, StandingsError } from "../errors.js";
import type { ViewerSocket } from "../feed/viewer-socket.js";
import type { Metrics } from "../metrics.js";
import type { RequestLog } from "../sampled-log.js";
import { TokenBucket } from "../token-bucket.js";
import {
  closeCodes,
  maxIdLength,
  maxOperationsInFlight,
  maxSubscriptionsPerSocket,
  pingIntervalMs,
  refusalRate,
} from "./connection-limits.js";
import { connectionToken } from "./connection-token.js";
import type { SubscriberContext } from "./context.js";
import type { Documents, JudgedDocument } from "./documents.js";
import { errorCode, countingPresenter } from "./errors.js";
import { areShallow, declaredVariables, tooDeep } from "./limits.js";
import type { Subscriptions } from "./subscriptions.js";

export interface SocketOperationsOptions {
  schema: GraphQLSchema;
  documents: Documents;
  subscriptions: Subscriptions;
  authenticator: Authenticator;
  metrics: Metrics;
  logger: RequestLog;
}

/** What is known of a socket, beside what graphql-ws keeps. */
export interface SocketState extends Record<PropertyKey, unknown> {
  readonly socket: WebSocket;
  readonly viewerSocket: ViewerSocket;
  /** The address that it came from. */
  readonly caller: string;
  subscriptions: number;
  /** Lets queries and mutations run, only so many at once. */
  readonly turnstile: LimitFunction;
  readonly refusals: TokenBucket;
  /** Ends when the last document that came was judged: of one socket's documents, one is judged at a time. */
  judging: Promise<unknown>;
  /** When the last message came, in terms of performance.now(). */
  activeAt: number;
  /** Whether the last ping was answered. */
  answersPings: boolean;
  /** When the next is due, in terms of performance.now(). */
  pingAt: number;
  viewer?: Viewer;
  expiry?: NodeJS.Timeout;
}

type ConnectionParams = Record<string, unknown> | undefined;

/** The protocol's "Forbidden": the token was refused, or expired while subscribed. */
const tokenRefused = 4403;
/** setTimeout takes no longer delay. */
const maxTimeoutMs = 2 ** 31 - 1;

/**
 * What Apollo Server does for HTTP, for operations that come over a WebSocket: who asks, limits, and errors in the
 * catalogue's words. The rest of the protocol is graphql-ws' own.
 */
export function socketOperations(options: SocketOperationsOptions): ServerOptions<ConnectionParams, SocketState> {
  const { schema, documents, subscriptions, authenticator, metrics } = options;

  const present = countingPresenter("graphql-ws", options);

  return {
    onConnect: ({ connectionParams, extra }) => {
      try {
        extra.viewer = authenticator.authenticate(connectionToken(connectionParams));
      } catch (error) {
        metrics.errors.inc({ transport: "graphql-ws", code: errorCode(error) });
        return false; // graphql-ws closes with 4403.
      }
      if (extra.viewer.role !== "none") closeAt(extra, extra.viewer.expiresAt);
      return true;
    },
    onSubscribe: async ({ extra }, id, payload) => {
      const { query, operationName, variables } = payload;
      if (Buffer.byteLength(id) > maxIdLength) {
        extra.socket.close(closeCodes.policyViolation, "The subscription's id is too long");
        return [new GraphQLError("The subscription's id is too long.")];
      }
      // A client may go on sending on a socket that is being closed.
      if (extra.viewer && extra.viewer.role !== "none" && extra.viewer.expiresAt <= Date.now()) {
        return [new GraphQLError("", { originalError: new StandingsError("unauthenticated") })];
      }
      const judged = await judge(documents, extra, query);
      if (!judged.document) return judged.errors;
      if (!areShallow(variables)) return [badVariables()];
      const operation = getOperationAST(judged.document, operationName);
      const declared = operation && declaredVariables(operation, variables ?? {});
      // graphql-ws keeps the message as long as the subscription.
      Object.assign(payload, { query: undefined, variables: undefined, extensions: undefined });
      const contextValue: SubscriberContext & { state: SocketState } = {
        viewer: extra.viewer ?? anonymous,
        caller: extra.caller,
        connection: extra.viewerSocket,
        id,
        text: judged.document.loc?.source.body ?? query,
        state: extra,
      };
      return { schema, document: judged.document, operationName, variableValues: declared, contextValue };
    },
    onNext: (_context, _id, { operationName }, _args, { data, errors }) => {
      if (!errors) return undefined;
      const presented = errors.map((error) => present(error, "execute", operationName));
      return { ...(data !== undefined && { data }), errors: presented };
    },
    onError: ({ extra }, _id, { operationName }, errors) => {
      if (!extra.refusals.take(performance.now())) {
        extra.socket.close(closeCodes.policyViolation, "Too many refused operations");
      }
      return errors.map((error) => present(error, "refuse", operationName));
    },
    onClose: ({ extra }) => clearTimeout(extra.expiry),
    execute: (args) => {
      const { state } = args.contextValue as { state: SocketState };
      return state.turnstile(async () => {
        if (!(await hasTakenAnswers(state))) return { errors: [new GraphQLError("The socket is closed.")] };
        const stop = metrics.operationDuration.startTimer({ transport: "graphql-ws" });
        const result = await execute(args);
        stop();
        return result;
      });
    },
    subscribe: (args) => {
      const { state } = args.contextValue as { state: SocketState };
      if (state.subscriptions >= maxSubscriptionsPerSocket) {
        state.socket.close(closeCodes.policyViolation, "Too many subscriptions");
        return { errors: [new GraphQLError("Too many subscriptions on one socket.")] };
      }
      state.subscriptions += 1;
      return subscriptions.subscribe(args, {
        present: (error) => present(error, "execute", args.operationName),
        onEnd: () => (state.subscriptions -= 1),
      });
    },
  };
}

/** What a socket begins with. */
export function newSocketState(
  socket: WebSocket,
  viewerSocket: ViewerSocket,
  caller: string,
  now: number,
): SocketState {
  return {
    socket,
    viewerSocket,
    caller,
    subscriptions: 0,
    turnstile: pLimit(maxOperationsInFlight),
    refusals: new TokenBucket(refusalRate),
    judging: Promise.resolve(),
    activeAt: now,
    answersPings: true,
    // Those that came together are not to be asked together for ever after.
    pingAt: now + Math.random() * pingIntervalMs,
  };
}

/** What this socket sends waits for what it sent before, so that it can't fill the queue that all share. */
function judge(documents: Documents, state: SocketState, text: string): Promise<JudgedDocument> {
  const judged = state.judging.then(() => documents.judge(text));
  state.judging = judged;
  return judged;
}

/**
 * Waits until the socket has taken what it asked for before, so that answers never pile up behind a client that does not
 * read. One that takes nothing for long is cut off by the sweep.
 *
 * @returns false when it was closed meanwhile
 */
async function hasTakenAnswers({ socket, viewerSocket }: SocketState): Promise<boolean> {
  if (!viewerSocket.isDrained) await new Promise<void>((resolve) => viewerSocket.whenDrained(resolve));
  return socket.readyState === socket.OPEN;
}

function badVariables(): GraphQLError {
  return new GraphQLError("", { originalError: badInput(tooDeep) });
}

function closeAt(state: SocketState, expiresAt: number): void {
  const wait = expiresAt - Date.now();
  if (wait <= 0) state.socket.close(tokenRefused, "Forbidden");
  else state.expiry = setTimeout(() => closeAt(state, expiresAt), Math.min(wait, maxTimeoutMs));
}
