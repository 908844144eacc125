import {
  createSourceEventStream,
  execute,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from "graphql";
import { StandingsError } from "../../domain/errors.js";
import type { SubscriptionHub } from "../../fanout/subscription-hub.js";
import { isTopic } from "../../fanout/topic.js";
import { everybody, type GraphQLContext, type SubscriberContext } from "../context.js";
import { declaredVariables, hashOf, type DocumentLimits } from "./limits.js";
import { SharedFields } from "./shared-fields.js";
import { SubscriptionBudget } from "./subscription-budget.js";

export interface SubscriptionsOptions {
  schema: GraphQLSchema;
  limits: DocumentLimits;
  hub: SubscriptionHub;
}

export interface SubscriptionHandlers {
  /** What clients see of an error. */
  readonly present: (error: GraphQLError) => GraphQLFormattedError;
  /** Called once, when the subscription has ended or could not begin. */
  readonly onEnd: () => void;
}

/** Subscriptions by way of the hub, for every transport that has them. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #sharedFields: SharedFields;
  readonly #budget = new SubscriptionBudget();
  /** Makes the keys differ of what is not shared. */
  #count = 0;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#sharedFields = new SharedFields(options.schema);
  }

  /**
   * `subscribe` in graphql-ws' terms. The subscription field's resolver runs for every viewer, so it can refuse; what it
   * returns is a topic. Where the schema says that nothing of the answer depends on who asks, the topic's values are
   * executed once for all viewers of the same operation. Messages are written past graphql-ws, so the iterator that it
   * gets stays silent until the viewer leaves.
   */
  async subscribe(
    args: ExecutionArgs,
    { present, onEnd }: SubscriptionHandlers,
  ): Promise<AsyncGenerator<never, void> | ExecutionResult> {
    const source = await createSourceEventStream(args).catch((error: unknown) => {
      onEnd();
      throw error;
    });
    if (!isTopic(source)) {
      onEnd();
      if ("errors" in source) return source;
      throw new Error("a subscription field must return a topic");
    }
    // Put there by the transport; graphql-js does not know its type.
    const { connection, id, text, viewer, caller } = args.contextValue as SubscriberContext;
    const { document, operationName = null } = args;
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error("an operation that graphql-js found is not there");
    const isShared = this.#sharedFields.cover(document, operation);
    // Nothing of the viewer goes in, so nothing of the viewer can come out and be shared.
    const contextValue: GraphQLContext = isShared ? everybody : { viewer, caller };
    const { schema, limits, hub } = this.#options;
    const variableValues = declaredVariables(operation, args.variableValues ?? {});
    const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues);
    // Hashed, so that it is short whatever a client sends.
    const hash = hashOf(JSON.stringify([text, operationName, coerced]));
    const key = isShared ? hash : `${hash} ${(this.#count += 1)}`;

    const endBudget = this.#budget.take(connection, caller, key, limits.costOf(document, operation, coerced));
    if (!endBudget) {
      onEnd();
      return { errors: [new GraphQLError("", { originalError: new StandingsError("tooManySubscriptions") })] };
    }
    const execution: ExecutionArgs = { ...args, variableValues, contextValue };
    const leave = hub.join(
      {
        key,
        topic: source,
        execute: (rootValue) => {
          const result = execute({ ...execution, rootValue });
          return result instanceof Promise
            ? result.then((done) => serialise(done, present))
            : serialise(result, present);
        },
      },
      connection,
      id,
    );
    return silentUntil(() => {
      leave();
      endBudget();
      onEnd();
    });
  }
}

export function serialise(result: ExecutionResult, present: (error: GraphQLError) => GraphQLFormattedError): string {
  const { data, errors } = result;
  return JSON.stringify(errors ? { errors: errors.map(present), data } : { data });
}

/** A generator that gives nothing; it ends when it is told to. */
function silentUntil(leave: () => void): AsyncGenerator<never, void> {
  let end: (result: IteratorReturnResult<void>) => void = () => undefined;
  const ended = new Promise<IteratorReturnResult<void>>((resolve) => (end = resolve));
  let finished = false;
  const finish = () => {
    if (!finished) leave();
    finished = true;
    end({ value: undefined, done: true });
    return ended;
  };
  return {
    next: () => ended,
    return: finish,
    throw: finish,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
