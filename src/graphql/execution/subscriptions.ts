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
import type { UserId } from "../../domain/player.js";
import { isTopic, type Topic } from "../../fanout/topic.js";
import type { HubOperation } from "../../fanout/viewer-group.js";
import type { ViewerConnection } from "../../fanout/viewer-connection.js";
import { NamedTopic, type Named } from "../../feed/named-topic.js";
import type { PlayerProfiles } from "../../feed/player-profiles.js";
import { everybody, type GraphQLContext } from "../context.js";
import { needsGraphqlJs, type CompiledOperation, type Compiler } from "./compiler.js";
import { declaredVariables, hashOf, type DocumentLimits } from "./limits.js";
import { preparable, type Preparable } from "./preparable.js";
import { selectsField } from "./selected-fields.js";
import type { SharedFields } from "./shared-fields.js";
import { SubscriptionBudget } from "./subscription-budget.js";

export interface SubscriptionsOptions {
  schema: GraphQLSchema;
  limits: DocumentLimits;
  hub: SubscriptionHub;
  sharedFields: SharedFields;
  /** Undefined: nothing that subscriptions show is a player. */
  profiles?: Pick<PlayerProfiles, "onChange"> | undefined;
  /** Undefined: graphql-js executes every message. */
  compiler: Compiler | undefined;
}

export interface SubscriptionRequest {
  readonly document: DocumentNode;
  /** The hash of the document's text. */
  readonly hash: string;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The viewer that subscribes, and the connection for its messages. */
export interface Subscriber {
  readonly context: GraphQLContext;
  readonly connection: ViewerConnection;
  /** The subscription's id on its connection. */
  readonly id: string;
}

/** Ends a subscription; may be called more than once. */
export type Leave = () => void;

type Present = (error: GraphQLError) => GraphQLFormattedError;

/** A document's compiled operation; null when it can't be compiled. */
type Compiled = { readonly plan: Preparable; readonly run: CompiledOperation } | null;

type Execution = (value: unknown, context: GraphQLContext) => ExecutionResult | Promise<ExecutionResult>;

const maxCompiled = 500;
/** The schema's field that shows a profile, wherever it stands. */
const playerField = "player";

/** Subscriptions through the hub, for every transport that has them. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #budget = new SubscriptionBudget();
  /** By document and operation, because viewers' operations often differ in nothing but their variables. */
  readonly #compiled = new LRUCache<string, { readonly compiled: Compiled }>({ max: maxCompiled });
  /** Makes the keys of operations that are not shared unique. */
  #count = 0;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /**
   * Begins a subscription. The subscription field's resolver runs for every viewer, so it can refuse; it returns a
   * topic. Where the schema says that the answer does not depend on the viewer, the operation is executed once per
   * value for all its viewers.
   *
   * @returns a function to call when the viewer leaves, or the errors that prevent the subscription
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
    // A shared execution does not know the viewer, so it can't leak anything about the viewer to others.
    const contextValue: GraphQLContext = isShared ? everybody : { viewer, caller };
    const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues);
    // Hashed, so that the key is short whatever a client sends.
    const operationKey = hashOf(JSON.stringify([hash, operationName, coerced]));
    const key = isShared ? operationKey : `${operationKey} ${(this.#count += 1)}`;

    const { connection, id } = subscriber;
    const endBudget = this.#budget.take(connection, caller, key, limits.costOf(document, operation, coerced));
    if (!endBudget) {
      return { errors: [new GraphQLError("", { originalError: new StandingsError("tooManySubscriptions") })] };
    }
    const create = this.#creator(source, args, contextValue, operation, hash, present);
    const leave = hub.join(key, create, connection, id);
    return bothOnce(leave, endBudget);
  }

  /** Apart from `begin`, because what lives as long as a viewer must not hold what only the first viewer needs. */
  #creator(
    topic: Topic<unknown>,
    args: ExecutionArgs,
    context: GraphQLContext,
    operation: OperationDefinitionNode,
    hash: string,
    present: Present,
  ): () => HubOperation {
    return () => {
      const run = this.#execution(args, operation, hash);
      const { profiles } = this.#options;
      if (!profiles || !selectsField(args.document, operation, playerField)) {
        return { topic, execute: (value) => serialiseResult(run(value, context), present) };
      }
      const named = new NamedTopic(topic, profiles);
      const execute = (value: unknown) => {
        const shownPlayers = new Set<UserId>();
        named.shows(shownPlayers);
        return serialiseResult(run((value as Named<unknown>).value, { ...context, shownPlayers }), present);
      };
      return { topic: named, execute };
    };
  }

  /** Executes the operation for one value of the topic; compiled where that gives the same result as graphql-js. */
  #execution(args: ExecutionArgs, operation: OperationDefinitionNode, hash: string): Execution {
    const ordinarily: Execution = (rootValue, contextValue) => execute({ ...args, rootValue, contextValue });
    const compiled = this.#compile(args.document, operation, hash);
    const variables = args.variableValues ?? {};
    if (!compiled || needsGraphqlJs(compiled.plan, variables)) return ordinarily;
    const { run } = compiled;
    return (value, context) => {
      const result = run(value, context, variables);
      // graphql-js decides which errors an answer has.
      if (!(result instanceof Promise)) return result.errors ? ordinarily(value, context) : result;
      return result.then((done) => (done.errors ? ordinarily(value, context) : done));
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

function bothOnce(first: () => void, second: () => void): Leave {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    first();
    second();
  };
}

function serialiseResult(result: ExecutionResult | Promise<ExecutionResult>, present: Present) {
  return result instanceof Promise ? result.then((done) => serialise(done, present)) : serialise(result, present);
}

function serialise({ data, errors }: ExecutionResult, present: Present): string {
  return JSON.stringify(errors ? { errors: errors.map(present), data } : { data });
}
