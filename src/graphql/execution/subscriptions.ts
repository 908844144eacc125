import {
  createSourceEventStream,
  execute,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { LRUCache } from "lru-cache";
import { StandingsError } from "../../domain/errors.js";
import type { SubscriptionHub } from "../../fanout/subscription-hub.js";
import { isTopic } from "../../fanout/topic.js";
import type { ViewerConnection } from "../../fanout/viewer-connection.js";
import { everybody, type GraphQLContext } from "../context.js";
import { hasForbiddenNull, type CompiledOperation, type Compiler } from "./compiler.js";
import { declaredVariables, hashOf, type DocumentLimits } from "./limits.js";
import { preparable, type Preparable } from "./preparable.js";
import type { SharedFields } from "./shared-fields.js";
import { SubscriptionBudget } from "./subscription-budget.js";

export interface SubscriptionsOptions {
  schema: GraphQLSchema;
  limits: DocumentLimits;
  hub: SubscriptionHub;
  sharedFields: SharedFields;
  /** Undefined: graphql-js executes every message. */
  compiler: Compiler | undefined;
}

export interface SubscriptionRequest {
  readonly document: DocumentNode;
  /** Of the document's text. */
  readonly hash: string;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Who subscribes, and where the messages go. */
export interface Subscriber {
  readonly context: GraphQLContext;
  readonly connection: ViewerConnection;
  /** Of the subscription on its connection. */
  readonly id: string;
}

/** Ends a subscription; may be called more than once. */
export type Leave = () => void;

type Present = (error: GraphQLError) => GraphQLFormattedError;

/** What is compiled of a document's operation; null when it is not plain. */
type Compiled = { readonly plan: Preparable; readonly run: CompiledOperation } | null;

const maxCompiled = 500;

/** Subscriptions by way of the hub, for every transport that has them. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #budget = new SubscriptionBudget();
  /** By document and operation, as viewers' operations often differ in their variables alone. */
  readonly #compiled = new LRUCache<string, { readonly compiled: Compiled }>({ max: maxCompiled });
  /** Makes the keys differ of what is not shared. */
  #count = 0;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /**
   * The subscription field's resolver runs for every viewer, so it can refuse; what it returns is a topic. Where the schema
   * says that nothing of the answer depends on who asks, the topic's values are executed once for all viewers of the same
   * operation.
   *
   * @returns what to call when the viewer leaves, or why it can't begin
   */
  async begin(
    request: SubscriptionRequest,
    subscriber: Subscriber,
    present: Present,
  ): Promise<Leave | ExecutionResult> {
    const { schema, limits, hub, sharedFields } = this.#options;
    const { document, hash, operationName = null } = request;
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error("an operation that was found is not there");
    const { viewer, caller } = subscriber.context;
    const variableValues = declaredVariables(operation, request.variables);
    const args: ExecutionArgs = { schema, document, operationName, variableValues };
    const source = await createSourceEventStream({ ...args, contextValue: { viewer, caller } });
    if (!isTopic(source)) {
      if ("errors" in source) return source;
      throw new Error("a subscription field must return a topic");
    }
    const isShared = sharedFields.cover(document, operation);
    // Nothing of the viewer goes in, so nothing of the viewer can come out and be shared.
    const contextValue: GraphQLContext = isShared ? everybody : { viewer, caller };
    const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues);
    // Hashed, so that it is short whatever a client sends.
    const operationKey = hashOf(JSON.stringify([hash, operationName, coerced]));
    const key = isShared ? operationKey : `${operationKey} ${(this.#count += 1)}`;

    const { connection, id } = subscriber;
    const endBudget = this.#budget.take(connection, caller, key, limits.costOf(document, operation, coerced));
    if (!endBudget) {
      return { errors: [new GraphQLError("", { originalError: new StandingsError("tooManySubscriptions") })] };
    }
    const run = this.#execution({ ...args, contextValue }, operation, hash);
    const leave = hub.join(
      {
        key,
        topic: source,
        execute: (value) => {
          const result = run(value);
          return result instanceof Promise
            ? result.then((done) => serialise(done, present))
            : serialise(result, present);
        },
      },
      connection,
      id,
    );
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
      endBudget();
    };
  }

  /** What a value of the topic is turned into, compiled where that is the same. */
  #execution(
    args: ExecutionArgs,
    operation: OperationDefinitionNode,
    hash: string,
  ): (value: unknown) => ExecutionResult | Promise<ExecutionResult> {
    const ordinarily = (rootValue: unknown) => execute({ ...args, rootValue });
    const compiled = this.#compile(args.document, operation, hash);
    const variables = args.variableValues ?? {};
    if (!compiled || hasForbiddenNull(compiled.plan, variables)) return ordinarily;
    const { run } = compiled;
    const context = args.contextValue as GraphQLContext; // As `begin` has put it there.
    return (value) => {
      const result = run(value, context, variables);
      // Which errors there are is for graphql-js to say.
      if (!(result instanceof Promise)) return result.errors ? ordinarily(value) : result;
      return result.then((done) => (done.errors ? ordinarily(value) : done));
    };
  }

  #compile(document: DocumentNode, { name }: OperationDefinitionNode, hash: string): Compiled {
    const { schema, compiler } = this.#options;
    if (!compiler) return null;
    const key = `${hash} ${name?.value ?? ""}`;
    const known = this.#compiled.get(key);
    if (known) return known.compiled;
    const plan = preparable(schema, document, name?.value);
    if (plan && !compiler.mayCompile(plan)) return null;
    const run = plan && compiler.compile(schema, document, name?.value);
    const compiled = plan && run ? { plan, run } : null;
    this.#compiled.set(key, { compiled });
    return compiled;
  }
}

function serialise({ data, errors }: ExecutionResult, present: Present): string {
  return JSON.stringify(errors ? { errors: errors.map(present), data } : { data });
}
