import { GraphQLError, Kind, type DocumentNode, type GraphQLSchema } from "graphql";
import { CloseCode, type Context, type ServerOptions, type SubscribePayload } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Authenticator } from "../../auth/authenticate.js";
import { anonymous } from "../../auth/roles.js";
import { hasEnded, watchTokenEnd } from "../../auth/token-end.js";
import { StandingsError, toStandingsError } from "../../domain/errors.js";
import type { GraphQLContext } from "../../graphql/context.js";
import type { RequestOrigin } from "../../observability/request-id.js";
import { traced, type Traces } from "../../observability/traces.js";
import type { Answer, Executor } from "../../graphql/execution/executor.js";
import { unseen, type Operation } from "../../graphql/execution/operation.js";
import type { Admission } from "../network/admission.js";
import { closeCodes, maxIdLength, maxSubscriptionsPerSocket } from "./connection-limits.js";
import { connectionToken } from "./connection-token.js";
import { SilentGenerator } from "./silent-generator.js";
import type { SocketState } from "./socket-state.js";

export interface SocketOperationsOptions {
  schema: GraphQLSchema;
  executor: Executor;
  authenticator: Authenticator;
  admission: Admission;
  traces: Traces;
}

/** An operation on its way through graphql-ws, which keeps this object as long as the operation lasts. */
interface SocketOperation {
  readonly id: string;
  readonly state: SocketState;
  readonly context: GraphQLContext;
  /** The socket's operations that have not ended, as graphql-ws keeps them. */
  readonly running: Context["subscriptions"];
  /** Undefined once it has begun: thousands of subscriptions need not keep their requests. */
  operation: Operation | undefined;
}

type ConnectionParams = Record<string, unknown> | undefined;

/**
 * Hands operations that come over a WebSocket to the executor, within the socket's token and its share of work.
 * Messages and answers bypass graphql-ws, which handles the rest of the protocol.
 */
export function socketOperations(options: SocketOperationsOptions): ServerOptions<ConnectionParams, SocketState> {
  const { schema, executor, authenticator, admission, traces } = options;

  return {
    onConnect: async ({ connectionParams, extra, subscriptions }) => {
      // graphql-ws looks ids up in this object, so its prototype would make "constructor" an id in use.
      Object.setPrototypeOf(subscriptions, null);
      try {
        extra.viewer = await authenticator.authenticate(connectionToken(connectionParams), extra);
      } catch (error) {
        executor.note(error, undefined, extra);
        if (toStandingsError(error).kind !== "unauthenticated") closeUnchecked(extra.socket);
        return false; // graphql-ws closes with 4403, unless the socket is being closed already.
      }
      // The socket may have been closed while the token was looked up.
      if (extra.socket.readyState !== extra.socket.OPEN) return false;
      extra.unwatch = watchTokenEnd(extra.viewer, (why) => {
        if (why === "unconfirmed") closeUnchecked(extra.socket);
        else extra.socket.close(closeCodes.forbidden, "Forbidden");
      });
      return true;
    },
    onSubscribe: async ({ extra, subscriptions }, id, payload) => {
      if (Buffer.byteLength(id) > maxIdLength) {
        extra.socket.close(closeCodes.policyViolation, "The subscription's id is too long");
        return [new GraphQLError("The subscription's id is too long.")];
      }
      if (!extra.work.begin(id, payload)) {
        extra.socket.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
        return [new GraphQLError("The subscription's id is in use.")];
      }
      const context = { viewer: extra.viewer ?? anonymous, caller: extra.caller, request: operationOf(extra, id) };
      const { refusal } = admission.judge(context.viewer, context.caller);
      if (refusal) {
        extra.work.end(id, payload);
        return [unseen(refusal)];
      }
      const operation = await resolve(extra, payload);
      if (operation.kind === "refusal") {
        extra.work.end(id, payload);
        return operation.errors;
      }
      const contextValue: SocketOperation = { id, state: extra, context, running: subscriptions, operation };
      const { operationName } = operation.request;
      return { schema, document: documentOf(operation), operationName, contextValue };
    },
    onError: ({ extra }, id, { operationName }, errors) => {
      if (!errors.every(isPassing) && !extra.refusals.take(performance.now())) {
        extra.socket.close(closeCodes.policyViolation, "Too many refused operations");
      }
      return errors.map((error) => executor.present(error, "refuse", operationName, operationOf(extra, id)));
    },
    onComplete: ({ extra }, id, payload) => extra.work.end(id, payload),
    onClose: ({ extra }) => extra.unwatch?.(),
    execute: async (args) => {
      const asked = args.contextValue as SocketOperation;
      const operation = begin(asked);
      await asked.state.work.run(async () => answer(asked, await run(operation, asked)));
      return answered;
    },
    subscribe: async (args) => {
      const asked = args.contextValue as SocketOperation;
      const { id, context, state } = asked;
      const { socket, work, viewerSocket } = state;
      if (work.subscriptions >= maxSubscriptionsPerSocket) {
        socket.close(closeCodes.policyViolation, "Too many subscriptions");
        return { errors: [new GraphQLError("Too many subscriptions on one socket.")] };
      }
      const ended = work.serve();
      try {
        const begun = await executor.subscribe(begin(asked), context, viewerSocket, id);
        if (typeof begun === "function") {
          return new SilentGenerator(() => {
            begun();
            ended();
          });
        }
        answer(asked, begun);
      } catch (error) {
        ended();
        throw error;
      }
      ended();
      return answered;
    },
  };

  function run(operation: Operation, { context, state }: SocketOperation): Promise<Answer> {
    const work = () => executor.run(operation, context);
    return traces.on ? traced(traces, operation.type, { kind: "server", parent: state.traceparent }, work) : work();
  }

  /** Finds a socket's operations one at a time, so that one socket can't fill the queue that all share. */
  async function resolve(state: SocketState, payload: SubscribePayload) {
    // The socket is closed when its token ends, but the client may go on sending meanwhile.
    if (state.viewer && hasEnded(state.viewer)) {
      return { kind: "refusal", errors: [unseen(new StandingsError("unauthenticated"))] } as const;
    }
    const { query, operationName, variables } = payload;
    const request = { query, operationName, variables };
    // graphql-ws keeps the message as long as the subscription.
    Object.assign(payload, { query: undefined, variables: undefined, extensions: undefined });
    return executor.findPrepared(request) ?? (await state.work.judge(() => executor.resolve(request)));
  }
}

/** Names an operation in the log: by its connection, and by its own id there. */
function operationOf({ requestId }: SocketState, id: string): RequestOrigin {
  return { requestId: `${requestId}/${id}` };
}

/** graphql-ws takes this for a result; it is never sent, because the answer was sent before. */
const answered = {};

function begin(asked: SocketOperation): Operation {
  const { operation } = asked;
  if (!operation) throw new Error("an operation was begun twice");
  asked.operation = undefined;
  return operation;
}

/** Sends an operation's only result and completes it, in one write. Sends nothing when the client has ended it. */
function answer({ id, running, state }: SocketOperation, { body }: { body: string }): void {
  if (!(id in running)) return;
  // Makes graphql-ws send nothing more for this operation.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- graphql-ws keeps them in an object
  delete running[id];
  state.viewerSocket.sendOnly(id, body);
}

/** Whether an error is no fault of the operation: a client that was told to come back later must not be closed for it. */
function isPassing({ originalError }: GraphQLError): boolean {
  return originalError instanceof StandingsError && originalError.retryAfter !== undefined;
}

/** A document for graphql-ws, which looks for the operation in it. */
function documentOf({ accepted, prepared }: Operation): DocumentNode {
  if (accepted) return accepted.document;
  return { kind: Kind.DOCUMENT, definitions: prepared ? [prepared.definition] : [] };
}

/** Nobody can say whether the token is valid: the client should come back with it. */
function closeUnchecked(socket: WebSocket): void {
  socket.close(closeCodes.tryAgainLater, "The token can't be checked");
}
