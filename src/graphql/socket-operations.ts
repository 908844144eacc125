import { GraphQLError, execute, type GraphQLSchema } from "graphql";
import type { ServerOptions } from "graphql-ws";
import type { WebSocket } from "ws";
import { bearerToken, type Authenticator } from "../auth/authenticate.js";
import { anonymous, type Viewer } from "../auth/roles.js";
import { StandingsError } from "../errors.js";
import type { SubscriptionHub } from "../feed/subscription-hub.js";
import type { ViewerSocket } from "../feed/viewer-socket.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import { closeCodes, maxSubscriptionsPerSocket } from "./connection-limits.js";
import type { SubscriberContext } from "./context.js";
import type { Documents } from "./documents.js";
import { errorCode, countingPresenter } from "./errors.js";
import { subscribeThroughHub } from "./shared-subscription.js";

export interface SocketOperationsOptions {
  schema: GraphQLSchema;
  documents: Documents;
  hub: SubscriptionHub;
  authenticator: Authenticator;
  metrics: Metrics;
  logger: Logger;
}

/** What is known of a socket, beside what graphql-ws keeps. */
export interface SocketState extends Record<PropertyKey, unknown> {
  readonly socket: WebSocket;
  readonly viewerSocket: ViewerSocket;
  /** The address that it came from. */
  readonly caller: string;
  subscriptions: number;
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
  const { schema, documents, hub, authenticator, metrics } = options;

  const present = countingPresenter("graphql-ws", options);

  return {
    onConnect: ({ connectionParams, extra }) => {
      try {
        extra.viewer = authenticator.authenticate(tokenOf(connectionParams));
      } catch (error) {
        metrics.errors.inc({ transport: "graphql-ws", code: errorCode(error) });
        return false; // graphql-ws closes with 4403.
      }
      if (extra.viewer.role !== "none") closeAt(extra, extra.viewer.expiresAt);
      return true;
    },
    onSubscribe: ({ extra }, id, { query, operationName, variables }) => {
      // A client may go on sending on a socket that is being closed.
      if (extra.viewer && extra.viewer.role !== "none" && extra.viewer.expiresAt <= Date.now()) {
        return [new GraphQLError("", { originalError: new StandingsError("unauthenticated") })];
      }
      const parsed = documents.get(query);
      if ("errors" in parsed) return parsed.errors;
      const contextValue: SubscriberContext & { state: SocketState } = {
        viewer: extra.viewer ?? anonymous,
        caller: extra.caller,
        connection: extra.viewerSocket,
        id,
        text: query,
        state: extra,
      };
      return { schema, document: parsed.document, operationName, variableValues: variables, contextValue };
    },
    onNext: (_context, _id, { operationName }, _args, { data, errors }) => {
      if (!errors) return undefined;
      const presented = errors.map((error) => present(error, "execute", operationName));
      return { ...(data !== undefined && { data }), errors: presented };
    },
    onError: (_context, _id, { operationName }, errors) =>
      errors.map((error) => present(error, "refuse", operationName)),
    onClose: ({ extra }) => clearTimeout(extra.expiry),
    execute: async (args) => {
      const stop = metrics.operationDuration.startTimer({ transport: "graphql-ws" });
      const result = await execute(args);
      stop();
      return result;
    },
    subscribe: (args) => {
      const { state } = args.contextValue as { state: SocketState };
      if (state.subscriptions >= maxSubscriptionsPerSocket) {
        state.socket.close(closeCodes.policyViolation, "Too many subscriptions");
        return { errors: [new GraphQLError("Too many subscriptions on one socket.")] };
      }
      state.subscriptions += 1;
      return subscribeThroughHub(hub, args, {
        present: (error) => present(error, "execute", args.operationName),
        onEnd: () => (state.subscriptions -= 1),
      });
    },
  };
}

/** @throws StandingsError `unauthenticated` when `authorization` is there and is no text */
function tokenOf(params: ConnectionParams): string | undefined {
  const authorization = params?.authorization ?? undefined;
  if (authorization === undefined) return undefined;
  if (typeof authorization !== "string") throw new StandingsError("unauthenticated");
  // Both forms are in use: the header's value as it is, and the bare token.
  return authorization.includes(" ") ? bearerToken(authorization) : authorization;
}

function closeAt(state: SocketState, expiresAt: number): void {
  const wait = expiresAt - Date.now();
  if (wait <= 0) state.socket.close(tokenRefused, "Forbidden");
  else state.expiry = setTimeout(() => closeAt(state, expiresAt), Math.min(wait, maxTimeoutMs));
}
