import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from "graphql";
import type { StandingsError } from "../../domain/errors.js";
import type { ViewerConnection } from "../../fanout/viewer-connection.js";
import type { OperationMetrics } from "../../commands/metrics.js";
import type { RequestOrigin } from "../../observability/request-id.js";
import type { RequestLog } from "../../observability/sampled-log.js";
import type { Attributes, Traces } from "../../observability/traces.js";
import type { GraphQLContext } from "../context.js";
import { errorCode, formatError, logFault, type Phase } from "../errors.js";
import type { Documents } from "./documents.js";
import { areShallow } from "./limits.js";
import { resolveIn, unseen, type AcceptedDocument, type Operation, type Refusal } from "./operation.js";
import type { OperationRequest, PreparedOperations } from "./prepared-operations.js";
import type { SharedFields } from "./shared-fields.js";
import type { Leave, Subscriptions } from "./subscriptions.js";

export type Transport = "graphql-http" | "graphql-ws" | "graphql-sse" | "graphql-multipart";

export interface ExecutorOptions {
  schema: GraphQLSchema;
  documents: Documents;
  sharedFields: SharedFields;
  /** Undefined: graphql-js runs every operation. */
  prepared: PreparedOperations | undefined;
  subscriptions: Subscriptions;
  metrics: OperationMetrics;
  traces: Traces;
  log: RequestLog;
}

/** A response, whatever the transport. */
export interface Answer {
  /** As JSON. */
  readonly body: string;
  /** The codes of its errors. */
  readonly codes: readonly string[];
  /** Whether nothing was executed, so that the response has no data. */
  readonly isRefusal: boolean;
}

/**
 * Every operation runs through this class; each transport has its own instance. It judges the document, prepares the
 * operation when it comes often, runs it for a viewer, and presents, logs and counts errors. A transport only passes
 * requests in and answers out.
 */
export class Executor {
  readonly #transport: Transport;
  readonly #options: ExecutorOptions;
  readonly #duration;

  constructor(transport: Transport, options: ExecutorOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#duration = options.metrics.operationDuration.labels({ transport });
  }

  /** The operation of a request, if it is compiled already. */
  findPrepared(request: OperationRequest): Operation | undefined {
    const prepared = this.#options.prepared?.get(request);
    if (!prepared || !areShallow(request.variables)) return undefined;
    return { kind: "operation", type: prepared.definition.operation, request, prepared, accepted: undefined };
  }

  /**
   * The operation of a request, at once when its document is known. Refusals are counted only when they are answered.
   */
  resolve(request: OperationRequest): Operation | Refusal | Promise<Operation | Refusal> {
    const prepared = this.findPrepared(request);
    if (prepared) return prepared;
    const judged = this.#options.documents.judge(request.query);
    return judged instanceof Promise ? judged.then((each) => resolveIn(request, each)) : resolveIn(request, judged);
  }

  /** Whether it is a query whose answer is the same for all viewers. */
  isSharedQuery({ type, prepared, accepted, request }: Operation): boolean {
    if (type !== OperationTypeNode.QUERY) return false;
    if (prepared) return prepared.isShared;
    if (!accepted) return false;
    const definition = getOperationAST(accepted.document, request.operationName);
    return definition != null && this.#options.sharedFields.cover(accepted.document, definition);
  }

  refuse({ errors }: Refusal, { operationName }: Pick<OperationRequest, "operationName">): Answer {
    return this.#answer({ errors }, "refuse", operationName);
  }

  /** Refuses an operation that the transport does not support. */
  refuseFor(message: string, { operationName }: OperationRequest): Answer {
    return this.#answer({ errors: [new GraphQLError(message)] }, "refuse", operationName);
  }

  /** Refuses an operation that was not looked at. */
  refuseUnseen(error: StandingsError): Answer {
    return this.#answer({ errors: [unseen(error)] }, "refuse", undefined);
  }

  /** Runs a query or a mutation. */
  async run(operation: Operation, context: GraphQLContext): Promise<Answer> {
    if (this.#options.traces.on) this.#options.traces.active?.set(attributesOf(operation));
    const start = performance.now();
    const answer =
      (await this.#runPrepared(operation, context)) ??
      this.#answer(await this.#runOrdinarily(operation, context), "execute", operation.request.operationName, context);
    this.#duration.observe((performance.now() - start) / 1000);
    return answer;
  }

  /** For libraries that write answers themselves. They pass the errors to `present` or `note`. */
  async execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const start = performance.now();
    const result = await execute(args);
    this.#duration.observe((performance.now() - start) / 1000);
    return result;
  }

  /**
   * Serves a subscription until it is left: messages go to the connection from now on.
   *
   * @param id of the subscription on its connection
   * @returns a function to call when the viewer leaves, or the answer when the subscription can't begin
   */
  async subscribe(
    operation: Operation,
    context: GraphQLContext,
    connection: ViewerConnection,
    id: string,
  ): Promise<Leave | Answer> {
    const { request } = operation;
    const accepted = operation.accepted ?? (await this.#judgeAgain(request));
    const { operationName, variables } = request;
    // This closure lives as long as the subscription, so it must not hold the request.
    const present = (error: GraphQLError) => this.present(error, "execute", operationName);
    const { document, hash } = accepted;
    const asked = { document, hash, operationName, variables: variables ?? {} };
    const leave = await this.#options.subscriptions.begin(asked, { context, connection, id }, present);
    return typeof leave === "function" ? leave : this.#answer(leave, "execute", operationName, context);
  }

  /** Gives an error as a client sees it, and logs and counts it. */
  present(
    error: GraphQLError,
    phase: Phase,
    operationName?: string | null,
    request?: RequestOrigin,
  ): GraphQLFormattedError {
    const presented = formatError(error, phase);
    this.#note(error, String(presented.extensions?.code), operationName, request);
    return presented;
  }

  /** Logs and counts an error that the caller presents itself. */
  note(error: unknown, operationName: string | null | undefined, request?: RequestOrigin): void {
    this.#note(error, errorCode(error), operationName, request);
  }

  async #runPrepared({ prepared, request }: Operation, context: GraphQLContext): Promise<Answer | undefined> {
    const answer = await prepared?.run(context, request.variables);
    if (!answer) return undefined;
    for (const code of answer.codes) this.#count(code);
    return { ...answer, isRefusal: false };
  }

  async #runOrdinarily({ request, accepted: known }: Operation, context: GraphQLContext): Promise<ExecutionResult> {
    const { schema, prepared } = this.#options;
    const { document, hash } = known ?? (await this.#judgeAgain(request));
    prepared?.learn(request, document, hash);
    const { operationName, variables: variableValues } = request;
    return execute({ schema, document, operationName, variableValues, contextValue: context });
  }

  /** Judges the document of a prepared operation, which was accepted before and is accepted again. */
  async #judgeAgain({ query }: OperationRequest): Promise<AcceptedDocument> {
    const judged = await this.#options.documents.judge(query);
    if (judged.document) return judged;
    throw new Error("a prepared operation's document is refused");
  }

  #answer(
    { data, errors }: ExecutionResult,
    phase: Phase,
    operationName: string | null | undefined,
    context?: GraphQLContext,
  ): Answer {
    if (!errors) return { body: JSON.stringify({ data }), codes: [], isRefusal: false };
    const presented = errors.map((error) => this.present(error, phase, operationName, context?.request));
    return {
      body: JSON.stringify({ errors: presented, data }),
      codes: presented.map(({ extensions }) => String(extensions?.code)),
      isRefusal: data === undefined,
    };
  }

  #note(error: unknown, code: string, operationName: string | null | undefined, request?: RequestOrigin): void {
    logFault(this.#options.log, error, operationName, request);
    this.#count(code);
  }

  #count(code: string): void {
    this.#options.metrics.errors.inc({ transport: this.#transport, code });
  }
}

const maxTracedName = 100;

function attributesOf({ type, request: { operationName } }: Operation): Attributes {
  return {
    "graphql.operation.type": type,
    // The client chooses the name, which may be as long as a document.
    ...(operationName != null && { "graphql.operation.name": operationName.slice(0, maxTracedName) }),
  };
}
