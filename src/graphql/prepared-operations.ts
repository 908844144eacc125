import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  visit,
  BREAK,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import { everybody, type GraphQLContext } from "./context.js";
import { schemaWithSharedRows, shareRows } from "./shared-rows.js";

export interface PreparedOperationsOptions {
  schema: GraphQLSchema;
  /** What clients see of an error of execution; logs it. */
  present: (error: GraphQLError, operationName: string | undefined) => GraphQLFormattedError;
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
/** Bounded, as clients may send as many documents as they like; the longest unused go first. */
const maxPrepared = 500;
const maxSeen = 5_000;
/** An expected error needs no stack, which is dear. */
const compilerOptions = { disablingCapturingStackErrors: true };

/**
 * Operations that Apollo Server has parsed, validated and found within the limits, compiled once with graphql-jit and run
 * directly from then on: some 15 µs instead of 150. Whatever is unusual (a document that is not known, variables that are
 * refused, introspection) is not answered here, so that Apollo answers it in its own words.
 */
export class PreparedOperations {
  readonly #options: PreparedOperationsOptions;
  readonly #schemaWithSharedRows: GraphQLSchema;
  readonly #prepared = new Map<string, PreparedOperation>();
  /** What stands for a document's SHA-256, once Apollo has taken it for that. */
  readonly #texts = new Map<string, string>();
  /** How often Apollo has accepted what is not compiled; 0 for what can't be. */
  readonly #seen = new Map<string, number>();

  constructor(options: PreparedOperationsOptions) {
    this.#options = options;
    this.#schemaWithSharedRows = schemaWithSharedRows(options.schema);
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
   * @param hash when it was asked for by its hash
   */
  learn(request: OperationRequest, document: DocumentNode, hash?: string): void {
    if (hash !== undefined && !this.#texts.has(hash)) remember(this.#texts, hash, request.query, maxPrepared);
    const key = keyOf(request);
    if (this.#prepared.has(key)) return;
    const times = this.#seen.get(key);
    if (times === 0) return;
    if (times === undefined || times < compileAfter) {
      remember(this.#seen, key, (times ?? 0) + 1, maxSeen);
      return;
    }
    const operation = this.#compile(request.operationName ?? undefined, document);
    if (operation) remember(this.#prepared, key, operation, maxPrepared);
    remember(this.#seen, key, 0, maxSeen);
  }

  #compile(operationName: string | undefined, document: DocumentNode): PreparedOperation | undefined {
    const definition = getOperationAST(document, operationName);
    if (!definition || !isPreparable(definition) || isIntrospection(document)) return undefined;
    const isMutation = definition.operation === OperationTypeNode.MUTATION;
    const shared = isMutation ? shareRows(document, definition) : undefined;
    const compiled = shared
      ? compileQuery(this.#schemaWithSharedRows, shared.document, operationName, compilerOptions)
      : compileQuery(this.#options.schema, document, operationName, compilerOptions);
    if (!isCompiledQuery(compiled)) return undefined;
    const write = shared?.write ?? ((data: unknown) => `{"data":${JSON.stringify(data)}}\n`);
    const execute: Execute = async (context, variables) => {
      const { data, errors }: ExecutionResult = await compiled.query(undefined, context, variables ?? {});
      if (data === undefined) return undefined;
      // A mutation whose only field failed has no data: its field may not be null.
      if (!errors && data !== null) return { body: write(data), codes: [] };
      const presented = (errors ?? []).map((error) => this.#options.present(error, operationName));
      const codes = presented.map(({ extensions }) => String(extensions?.code));
      return { body: `${JSON.stringify({ errors: presented, data })}\n`, codes };
    };
    return new PreparedOperation(execute, !isMutation);
  }
}

type Variables = OperationRequest["variables"];
type Execute = (context: GraphQLContext, variables: Variables) => Promise<PreparedAnswer | undefined>;

export class PreparedOperation {
  readonly #execute: Execute;
  readonly #isQuery: boolean;
  /** Queries that came in this turn of the event loop, by their variables. */
  readonly #gathered = new Map<string, Promise<PreparedAnswer | undefined>>();

  constructor(execute: Execute, isQuery: boolean) {
    this.#execute = execute;
    this.#isQuery = isQuery;
  }

  /**
   * Executes it. Queries that are alike and came in the same turn of the event loop are executed once: every field of a
   * query is public, so nothing of it depends on who asks, and nobody is given what was read before the request came.
   *
   * @returns undefined when the variables are refused: nothing was executed
   */
  run(context: GraphQLContext, variables: Variables): Promise<PreparedAnswer | undefined> {
    if (!this.#isQuery) return this.#execute(context, variables);
    const key = JSON.stringify(variables ?? null);
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

/** No valid document holds a NUL, so a name and a document never read like another document. */
function keyOf({ operationName, query }: OperationRequest): string {
  return operationName == null ? query : `${operationName}\0${query}`;
}

/**
 * Of several mutations in one operation, graphql-js starts none after one that fails a non-null field; compiled ones all
 * run. So only those with one field are compiled.
 */
function isPreparable({ operation, selectionSet }: OperationDefinitionNode): boolean {
  if (operation !== OperationTypeNode.MUTATION) return operation === OperationTypeNode.QUERY;
  const [only, ...others] = selectionSet.selections;
  return only?.kind === Kind.FIELD && others.length === 0;
}

function isIntrospection(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD]: ({ name }) => {
      found ||= name.value === "__schema" || name.value === "__type";
      return found ? BREAK : undefined;
    },
  });
  return found;
}

/** Adds to a bounded map, whose oldest entry makes room. */
function remember<T>(map: Map<string, T>, key: string, value: T, maxSize: number): void {
  map.delete(key);
  const [oldest] = map.size >= maxSize ? map.keys() : [];
  if (oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
