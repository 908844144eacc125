import { Kind, OperationTypeNode, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { LRUCache } from "lru-cache";
import type { RequestLog } from "../../observability/sampled-log.js";
import { everybody, type GraphQLContext } from "../context.js";
import { formatError, logFault } from "../errors.js";
import { hasForbiddenNull, type Compiler } from "./compiler.js";
import { preparable, type Preparable } from "./preparable.js";
import type { SharedFields } from "./shared-fields.js";
import { schemaWithSharedRows, shareRows } from "./shared-rows.js";

export interface PreparedOperationsOptions {
  schema: GraphQLSchema;
  sharedFields: SharedFields;
  compiler: Compiler;
  log: RequestLog;
}

/** A response, as graphql-js would have made it. */
export interface PreparedAnswer {
  /** As JSON. */
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

/** Compiling costs milliseconds, so what is asked for only now and then is left to graphql-js. */
const compileAfter = 3;
/** Longer documents are left to graphql-js, and so are operations with longer names. */
const maxLength = { document: 4_096, operationName: 256 };
/**
 * Bounded, as clients may send as many documents as they like; what was unused for longest goes first. In the parts that
 * `Preparable.size` counts: some 20 to 40 MB.
 */
const maxKeptSize = 10_000;
/** What an operation of any size takes besides. */
const baseSize = 5;
const maxSeen = 5_000;

/**
 * Queries and mutations that are asked for often, compiled once and run directly from then on: some 15 µs instead of 150.
 * Whatever is unusual (variables that are refused, a query that fails in several places) is not answered here, so that
 * graphql-js answers it in its own words.
 */
export class PreparedOperations {
  readonly #options: PreparedOperationsOptions;
  readonly #schemaWithSharedRows: GraphQLSchema;
  /** By name and text, as they come with each request. */
  readonly #prepared = new LRUCache<string, PreparedOperation>({
    maxSize: maxKeptSize,
    sizeCalculation: ({ size }) => baseSize + size,
  });
  /** How often an operation came that is not compiled, by the document's hash; Infinity for what can't be. */
  readonly #seen = new LRUCache<string, number>({ max: maxSeen });

  constructor(options: PreparedOperationsOptions) {
    this.#options = options;
    this.#schemaWithSharedRows = schemaWithSharedRows(options.schema);
  }

  get(request: OperationRequest): PreparedOperation | undefined {
    return this.#prepared.get(keyOf(request));
  }

  /**
   * Says that an operation of an accepted document is being executed.
   *
   * @param hash of the document's text
   */
  learn(request: OperationRequest, document: DocumentNode, hash: string): void {
    const operationName = request.operationName ?? undefined;
    if (request.query.length > maxLength.document || (operationName?.length ?? 0) > maxLength.operationName) return;
    const key = keyOf(request);
    if (this.#prepared.has(key)) return;
    const seen = keyOf({ operationName, query: hash });
    const times = (this.#seen.get(seen) ?? 0) + 1;
    this.#seen.set(seen, times);
    if (times <= compileAfter || times === Infinity) return;
    const plan = preparable(this.#options.schema, document, operationName);
    if (plan && !this.#options.compiler.mayCompile(plan)) return;
    const operation = plan && this.#compile(operationName, document, plan);
    if (operation) this.#prepared.set(key, operation);
    else this.#seen.set(seen, Infinity);
  }

  #compile(operationName: string | undefined, document: DocumentNode, plan: Preparable): PreparedOperation | undefined {
    const { definition } = plan;
    if (definition.operation === OperationTypeNode.SUBSCRIPTION) return undefined;
    const { schema, compiler, sharedFields, log } = this.#options;
    const isQuery = definition.operation === OperationTypeNode.QUERY;
    const rows = isQuery ? undefined : shareRows(document, definition);
    const compiled = rows
      ? compiler.compile(this.#schemaWithSharedRows, rows.document, operationName)
      : compiler.compile(schema, document, operationName);
    if (!compiled) return undefined;
    const write = rows?.write ?? ((data: unknown) => `{"data":${JSON.stringify(data)}}`);
    const execute: Execute = async (context, variables) => {
      const { data, errors } = await compiled(undefined, context, variables ?? {});
      if (data === undefined) return undefined;
      // With one error graphql-js may not even start the other fields, and which errors there are is for it to say.
      if (errors && isQuery && (errors.length > 1 || !hasOneRootField(definition))) return undefined;
      // A mutation whose only field failed has no data: its field may not be null.
      if (!errors && data !== null) return { body: write(data), codes: [] };
      const presented = (errors ?? []).map((error) => {
        logFault(log, error, operationName);
        return formatError(error, "execute");
      });
      const codes = presented.map(({ extensions }) => String(extensions?.code));
      return { body: JSON.stringify({ errors: presented, data }), codes };
    };
    return new PreparedOperation(execute, plan, isQuery && sharedFields.cover(document, definition));
  }
}

type Variables = OperationRequest["variables"];
type Execute = (context: GraphQLContext, variables: Variables) => Promise<PreparedAnswer | undefined>;

export class PreparedOperation {
  readonly definition: OperationDefinitionNode;
  readonly size: number;
  readonly #execute: Execute;
  readonly #isShared: boolean;
  readonly #plan: Preparable;
  /** Variables that the operation declares: the others make no difference. */
  readonly #declared: readonly string[];
  /** Queries that came in this turn of the event loop, by their variables. */
  readonly #gathered = new Map<string, Promise<PreparedAnswer | undefined>>();

  constructor(execute: Execute, plan: Preparable, isShared: boolean) {
    const { definition, size } = plan;
    this.#execute = execute;
    this.definition = definition;
    this.size = size;
    this.#plan = plan;
    this.#isShared = isShared;
    this.#declared = (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  }

  /**
   * Executes it. Where the schema says that nothing of the answer depends on who asks, queries that are alike and came in
   * the same turn of the event loop are executed once, as nobody; nobody is given what was read before the request came.
   *
   * @returns undefined when graphql-js is to answer: the variables are refused, or a query failed; nothing was changed
   */
  run(context: GraphQLContext, variables: Variables): Promise<PreparedAnswer | undefined> {
    if (variables && hasForbiddenNull(this.#plan, variables)) return Promise.resolve(undefined);
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
