import type { DocumentNode, ExecutionResult, GraphQLSchema } from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import { TokenBucket } from "../../domain/rate-limit.js";
import type { GraphQLContext } from "../context.js";
import type { Preparable } from "./preparable.js";

/** Parts a second, 40 µs each: the process has better things to do. */
const compileRate = { perSecond: 1_000, burst: 2_000 };
/** An expected error needs no stack trace, which is expensive. */
const compilerOptions = { disablingCapturingStackErrors: true };

/**
 * What an operation's compiled form does.
 *
 * @param root of a query and a mutation undefined, of a subscription the value that it tells of
 */
export type CompiledOperation = (
  root: unknown,
  context: GraphQLContext,
  variables: Readonly<Record<string, unknown>>,
) => ExecutionResult | Promise<ExecutionResult>;

/** Compiles operations with graphql-jit, no more of them than the process can afford. */
export class Compiler {
  readonly #rate = new TokenBucket(compileRate);
  readonly #now: () => number;

  /** @param now in milliseconds, of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Call it before `compile`. @returns whether there is time for an operation of this size now */
  mayCompile({ size }: Preparable): boolean {
    return this.#rate.take(this.#now(), size);
  }

  /** Some 40 µs a part of the operation. @returns undefined for what graphql-jit does not compile */
  compile(
    schema: GraphQLSchema,
    document: DocumentNode,
    operationName: string | undefined,
  ): CompiledOperation | undefined {
    const compiled = compileQuery(schema, document, operationName, compilerOptions);
    return isCompiledQuery(compiled) ? compiled.query : undefined;
  }
}

/** Whether a variable is null where null is not allowed: with that, graphql-js has words of its own. */
export function hasForbiddenNull({ notNull }: Preparable, variables: Readonly<Record<string, unknown>>): boolean {
  return notNull.some((name) => variables[name] === null);
}
