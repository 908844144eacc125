import { Kind, OperationTypeNode, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { LRUCache } from "lru-cache";
import type { RequestLog } from "../../observability/sampled-log.js";
import { everybody, type GraphQLContext } from "../context.js";
import { formatError, logFault } from "../errors.js";
import { needsGraphqlJs, type Compiler } from "./compiler.js";
import { preparable, type Preparable } from "./preparable.js";
import type { SharedFields } from "./shared-fields.js";
import { schemaWithSharedRows, shareRows } from "./shared-rows.js";

export interface PreparedOperationsOptions {
  schema: GraphQLSchema;
  sharedFields: SharedFields;
  compiler: Compiler;
  log: RequestLog;
}

/** The same response that graphql-js would give. */
export interface PreparedAnswer {
  /** As JSON. */
  readonly body: string;
  /** The codes of its errors. */
  readonly codes: readonly string[];
}

/** A request for an operation, as a transport received it. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Compiling costs milliseconds, so graphql-js runs operations that are rare. */
const compileAfter = 3;
/** graphql-js runs longer documents, and operations with longer names. */
const maxLength = { document: 4_096, operationName: 256 };
/**
 * In the parts that `Preparable.size` counts; takes some 20 to 40 MB. Limited because clients may send any number of
 * documents. The least recently used goes first.
 */
const maxKeptSize = 10_000;
/** Added to each operation's size for what every operation takes. */
const baseSize = 5;
const maxSeen = 5_000;

/**
 * Frequent queries and mutations, which are compiled once and run directly from then on, in some 15 µs instead of 150.
 * Unusual requests (variables that are refused, a query that fails in several places) are not answered here, so that
 * their errors are graphql-js' own.
 */
export class PreparedOperations {
  readonly #options: PreparedOperationsOptions;
  readonly #schemaWithSharedRows: GraphQLSchema;
  /** By the operation's name and the document's text, which come with each request. */
  readonly #prepared = new LRUCache<string, PreparedOperation>({
    maxSize: maxKeptSize,
    sizeCalculation: ({ size }) => baseSize + size,
  });
  /**
   * How often an operation that is not compiled came, by its name and the document's hash. Infinity for one that can't
   * be compiled.
   */
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
      // graphql-js decides which errors an answer has: after one error it may not even start the other fields.
      if (errors && isQuery && (errors.length > 1 || !hasOneRootField(definition))) return undefined;
      // A mutation whose only field failed has no data: its field may not be null.
      if (!errors && data !== null) return { body: write(data), codes: [] };
      const presented = (errors ?? []).map((error) => {
        logFault(log, error, operationName, context.request);
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
  /** Whether it is a query whose answer is the same for all viewers. */
  readonly isShared: boolean;
  readonly #execute: Execute;
  readonly #plan: Preparable;
  /** The variables that the operation declares. Others make no difference. */
  readonly #declared: readonly string[];
  /** The queries of this turn of the event loop, by their variables. */
  readonly #gathered = new Map<string, Promise<PreparedAnswer | undefined>>();

  constructor(execute: Execute, plan: Preparable, isShared: boolean) {
    const { definition, size } = plan;
    this.#execute = execute;
    this.definition = definition;
    this.size = size;
    this.#plan = plan;
    this.isShared = isShared;
    this.#declared = (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  }

  /**
   * Executes the operation. Where the schema says that the answer does not depend on the viewer, equal queries that
   * came in the same turn of the event loop are executed once, for an anonymous viewer. A viewer never gets data that
   * was read before its request came.
   *
   * @returns undefined when graphql-js must answer: it would treat the variables otherwise or refuse them, or a query
   * failed. Nothing was changed
   */
  run(context: GraphQLContext, variables: Variables): Promise<PreparedAnswer | undefined> {
    if (needsGraphqlJs(this.#plan, variables ?? {})) return Promise.resolve(undefined);
    if (!this.isShared) return this.#execute(context, variables);
    // The brackets tell a variable that is null from one that is missing.
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

/** The length tells where the name ends: any character that could part the two may stand in a comment of the text. */
function keyOf({ operationName, query }: OperationRequest): string {
  return operationName == null ? `-${query}` : `${operationName.length} ${operationName}${query}`;
}
