import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import { LRUCache } from "lru-cache";
import { TokenBucket } from "../../domain/rate-limit.js";
import { everybody, type GraphQLContext } from "../context.js";
import { preparable, type Preparable } from "./preparable.js";
import { SharedFields } from "./shared-fields.js";
import { schemaWithSharedRows, shareRows } from "./shared-rows.js";

export interface PreparedOperationsOptions {
  schema: GraphQLSchema;
  /** What clients see of an error of execution; logs it. */
  present: (error: GraphQLError, operationName: string | undefined) => GraphQLFormattedError;
  /** Milliseconds, of a clock that never goes back. */
  now: () => number;
}

/** A response as Apollo would send it. */
export interface PreparedAnswer {
  readonly body: string;
  /** Of its errors. */
  readonly codes: readonly string[];
}

/** An operation that was asked for, as a transport received it. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Compiling costs milliseconds, so what is asked for only now and then is left to Apollo. */
const compileAfter = 3;
/** Longer documents are left to Apollo, and so are operations with longer names. */
const maxLength = { document: 4_096, operationName: 256 };
/**
 * Bounded, as clients may send as many documents as they like; what was unused for longest goes first. In the parts that
 * `Preparable.size` counts: some 20 to 40 MB.
 */
const maxKeptSize = 10_000;
/** What an operation of any size takes besides. */
const baseSize = 5;
/** Parts a second, 40 µs each: the process has better things to do. */
const compileRate = { perSecond: 1_000, burst: 2_000 };
const maxSeen = 5_000;
const maxHashes = 500;
/** An expected error needs no stack trace, which is expensive. */
const compilerOptions = { disablingCapturingStackErrors: true };

/**
 * Operations that Apollo Server has parsed, validated and found within the limits, compiled once with graphql-jit and run
 * directly from then on: some 15 µs instead of 150. Whatever is unusual (a document that is not known, variables that are
 * refused, introspection) is not answered here, so that Apollo answers it in its own words.
 */
export class PreparedOperations {
  readonly #options: PreparedOperationsOptions;
  readonly #schemaWithSharedRows: GraphQLSchema;
  readonly #sharedFields: SharedFields;
  readonly #compileRate = new TokenBucket(compileRate);
  /** By name and text, as they come with each request. */
  readonly #prepared = new LRUCache<string, PreparedOperation>({
    maxSize: maxKeptSize,
    sizeCalculation: ({ size }) => baseSize + size,
  });
  /** What stands for a document's SHA-256, once Apollo has taken it for that. */
  readonly #texts = new LRUCache<string, string>({ max: maxHashes });
  /** How often Apollo has accepted what is not compiled, by the document's hash; Infinity for what can't be. */
  readonly #seen = new LRUCache<string, number>({ max: maxSeen });

  constructor(options: PreparedOperationsOptions) {
    this.#options = options;
    this.#schemaWithSharedRows = schemaWithSharedRows(options.schema);
    this.#sharedFields = new SharedFields(options.schema);
  }

  get(request: OperationRequest): PreparedOperation | undefined {
    return this.#prepared.get(keyOf(request));
  }

  /** The whole document that a client may name by its hash alone. */
  textOf(hash: string): string | undefined {
    return this.#texts.get(hash);
  }

  /**
   * Says that Apollo accepted this operation.
   *
   * @param hash SHA-256 of the document's text
   * @param byHash whether it was asked for by its hash
   */
  learn(request: OperationRequest, document: DocumentNode, hash: string, byHash = false): void {
    const operationName = request.operationName ?? undefined;
    if (request.query.length > maxLength.document || (operationName?.length ?? 0) > maxLength.operationName) return;
    if (byHash) this.#texts.set(hash, request.query);
    const key = keyOf(request);
    if (this.#prepared.has(key)) return;
    const seen = keyOf({ operationName, query: hash });
    const times = (this.#seen.get(seen) ?? 0) + 1;
    this.#seen.set(seen, times);
    if (times <= compileAfter || times === Infinity) return;
    const plan = preparable(this.#options.schema, document, operationName);
    if (plan && !this.#compileRate.take(this.#options.now(), plan.size)) return;
    const operation = plan && this.#compile(operationName, document, plan);
    if (operation) this.#prepared.set(key, operation);
    else this.#seen.set(seen, Infinity);
  }

  #compile(operationName: string | undefined, document: DocumentNode, plan: Preparable): PreparedOperation | undefined {
    const { definition } = plan;
    const isQuery = definition.operation === OperationTypeNode.QUERY;
    const rows = isQuery ? undefined : shareRows(document, definition);
    const compiled = rows
      ? compileQuery(this.#schemaWithSharedRows, rows.document, operationName, compilerOptions)
      : compileQuery(this.#options.schema, document, operationName, compilerOptions);
    if (!isCompiledQuery(compiled)) return undefined;
    const write = rows?.write ?? ((data: unknown) => `{"data":${JSON.stringify(data)}}\n`);
    const execute: Execute = async (context, variables) => {
      const { data, errors }: ExecutionResult = await compiled.query(undefined, context, variables ?? {});
      if (data === undefined) return undefined;
      // With one error graphql-js may not even start the other fields, and which errors there are is for it to say.
      if (errors && isQuery && (errors.length > 1 || !hasOneRootField(definition))) return undefined;
      // A mutation whose only field failed has no data: its field may not be null.
      if (!errors && data !== null) return { body: write(data), codes: [] };
      const presented = (errors ?? []).map((error) => this.#options.present(error, operationName));
      const codes = presented.map(({ extensions }) => String(extensions?.code));
      return { body: `${JSON.stringify({ errors: presented, data })}\n`, codes };
    };
    const isShared = isQuery && this.#sharedFields.cover(document, definition);
    return new PreparedOperation(execute, plan, isShared);
  }
}

type Variables = OperationRequest["variables"];
type Execute = (context: GraphQLContext, variables: Variables) => Promise<PreparedAnswer | undefined>;

export class PreparedOperation {
  readonly size: number;
  readonly #execute: Execute;
  readonly #isShared: boolean;
  readonly #notNull: readonly string[];
  /** Variables that the operation declares: the others make no difference. */
  readonly #declared: readonly string[];
  /** Queries that came in this turn of the event loop, by their variables. */
  readonly #gathered = new Map<string, Promise<PreparedAnswer | undefined>>();

  constructor(execute: Execute, { definition, size, notNull }: Preparable, isShared: boolean) {
    this.#execute = execute;
    this.size = size;
    this.#notNull = notNull;
    this.#isShared = isShared;
    this.#declared = (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  }

  /**
   * Executes it. Where the schema says that nothing of the answer depends on who asks, queries that are alike and came in
   * the same turn of the event loop are executed once, as nobody; nobody is given what was read before the request came.
   *
   * @returns undefined when Apollo is to answer: the variables are refused, or a query failed; nothing was changed
   */
  run(context: GraphQLContext, variables: Variables): Promise<PreparedAnswer | undefined> {
    if (variables && this.#notNull.some((name) => variables[name] === null)) return Promise.resolve(undefined);
    if (!this.#isShared) return this.#execute(context, variables);
    // In brackets, as one that is null is not one that is not there.
    const key = JSON.stringify(
      this.#declared.map((name) => (variables && Object.hasOwn(variables, name) ? [variables[name]] : 0)),
    );
    const known = this.#gathered.get(key);
    if (known) return known;
    const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#gathered.delete(key);
      return this.#execute(everybody, variables);
    });
    this.#gathered.set(key, answer);
    return answer;
  }
}

function hasOneRootField({ selectionSet: { selections } }: OperationDefinitionNode): boolean {
  return selections.length === 1 && selections[0]?.kind === Kind.FIELD;
}

/** What was accepted holds no NUL, neither in its name nor in its text, so nothing else reads like it. */
function keyOf({ operationName, query }: OperationRequest): string {
  return operationName == null ? `\0${query}` : `n${operationName}\0${query}`;
}
