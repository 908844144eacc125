import { GraphQLError, execute, getOperationAST, type GraphQLSchema } from "graphql";
import { CloseCode, type ServerOptions, type SubscribePayload } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Authenticator } from "../../auth/authenticate.js";
import { anonymous, type Viewer } from "../../auth/roles.js";
import { badInput, StandingsError } from "../../domain/errors.js";
import type { ViewerSocket } from "../../fanout/viewer-socket.js";
import type { OperationMetrics } from "../../commands/metrics.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import { TokenBucket } from "../../domain/rate-limit.js";
import {
  closeCodes,
  maxIdLength,
  maxSubscriptionsPerSocket,
  pingIntervalMs,
  refusalRate,
} from "./connection-limits.js";
import { connectionToken } from "./connection-token.js";
import type { SubscriberContext } from "../../graphql/context.js";
import type { Documents } from "../../graphql/execution/documents.js";
import { errorCode, countingPresenter, noSuchOperation } from "../../graphql/errors.js";
import { areShallow, declaredVariables, tooDeep } from "../../graphql/execution/limits.js";
import { SocketWork } from "./socket-work.js";
import type { Subscriptions } from "../../graphql/execution/subscriptions.js";

export interface SocketOperationsOptions {
  schema: GraphQLSchema;
  documents: Documents;
  subscriptions: Subscriptions;
  authenticator: Authenticator;
  metrics: OperationMetrics;
  logger: RequestLog;
}

/** What is known of a socket, beside what graphql-ws keeps. */
export interface SocketState extends Record<PropertyKey, unknown> {
  readonly socket: WebSocket;
  readonly viewerSocket: ViewerSocket;
  /** The address that it came from. */
  readonly caller: string;
  readonly work: SocketWork;
  readonly refusals: TokenBucket;
  /** When the last message came, in terms of performance.now(). */
  activeAt: number;
  /** Whether the last ping was answered. */
  answersPings: boolean;
  /** When the next is due, in terms of performance.now(). */
  pingAt: number;
  viewer?: Viewer;
  expiry?: NodeJS.Timeout;
}

/** What an operation knows of where it came from. */
interface SocketContext extends SubscriberContext {
  readonly state: SocketState;
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
      if (Buffer.byteLength(id) > maxIdLength) {
        extra.socket.close(closeCodes.policyViolation, "The subscription's id is too long");
        return [new GraphQLError("The subscription's id is too long.")];
      }
      if (!extra.work.begin(id, payload)) {
        extra.socket.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
        return [new GraphQLError("The subscription's id is in use.")];
      }
      const args = await prepare(extra, id, payload);
      if (Array.isArray(args)) extra.work.end(id, payload);
      return args;
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
    onComplete: ({ extra }, id, payload) => extra.work.end(id, payload),
    onClose: ({ extra }) => clearTimeout(extra.expiry),
    execute: (args) => {
      const { state } = args.contextValue as SocketContext;
      return state.work.run(async () => {
        const stop = metrics.operationDuration.startTimer({ transport: "graphql-ws" });
        const result = await execute(args);
        stop();
        return result;
      });
    },
    subscribe: (args) => {
      const { state } = args.contextValue as SocketContext;
      const { socket, work } = state;
      if (work.subscriptions >= maxSubscriptionsPerSocket) {
        socket.close(closeCodes.policyViolation, "Too many subscriptions");
        return { errors: [new GraphQLError("Too many subscriptions on one socket.")] };
      }
      const ended = work.serve();
      return subscriptions.subscribe(args, {
        present: (error) => present(error, "execute", args.operationName),
        onEnd: ended,
      });
    },
  };

  /** What graphql-js needs to run an operation, or why it is refused. */
  async function prepare(state: SocketState, id: string, payload: SubscribePayload) {
    const { query, operationName, variables } = payload;
    // A client may go on sending on a socket that is being closed.
    if (state.viewer && state.viewer.role !== "none" && state.viewer.expiresAt <= Date.now()) {
      return [new GraphQLError("", { originalError: new StandingsError("unauthenticated") })];
    }
    const { document, errors } = await state.work.judge(documents, query);
    if (!document) return errors;
    if (!areShallow(variables)) return [new GraphQLError("", { originalError: badInput(tooDeep) })];
    const operation = getOperationAST(document, operationName);
    if (!operation) return [new GraphQLError(noSuchOperation)];
    const variableValues = declaredVariables(operation, variables ?? {});
    // graphql-ws keeps the message as long as the subscription.
    Object.assign(payload, { query: undefined, variables: undefined, extensions: undefined });
    const contextValue: SocketContext = {
      viewer: state.viewer ?? anonymous,
      caller: state.caller,
      connection: state.viewerSocket,
      id,
      text: document.loc?.source.body ?? query,
      state,
    };
    return { schema, document, operationName, variableValues, contextValue };
  }
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
    work: new SocketWork(socket, viewerSocket),
    refusals: new TokenBucket(refusalRate),
    activeAt: now,
    answersPings: true,
    // Those that came together are not to be asked together for ever after.
    pingAt: now + Math.random() * pingIntervalMs,
  };
}

function closeAt(state: SocketState, expiresAt: number): void {
  const wait = expiresAt - Date.now();
  if (wait <= 0) state.socket.close(tokenRefused, "Forbidden");
  else state.expiry = setTimeout(() => closeAt(state, expiresAt), Math.min(wait, maxTimeoutMs));
}
