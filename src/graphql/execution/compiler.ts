import type { DocumentNode, ExecutionResult, GraphQLSchema } from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";
import { TokenBucket } from "../../domain/rate-limit.js";
import type { GraphQLContext } from "../context.js";
import type { Preparable } from "./preparable.js";

/** In parts, of 40 µs each: compiling must not take more than a few per cent of the process's time. */
const compileRate = { perSecond: 1_000, burst: 2_000 };
/** An expected error needs no stack trace, which is expensive. */
const compilerOptions = { disablingCapturingStackErrors: true };

/**
 * An operation in its compiled form.
 *
 * @param root undefined for a query or a mutation; for a subscription the topic's value
 */
export type CompiledOperation = (
  root: unknown,
  context: GraphQLContext,
  variables: Readonly<Record<string, unknown>>,
) => ExecutionResult | Promise<ExecutionResult>;

/** Compiles operations with graphql-jit, at a limited rate. */
export class Compiler {
  readonly #rate = new TokenBucket(compileRate);
  readonly #now: () => number;

  /** @param now in milliseconds, of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Call it before `compile`. @returns whether the rate limit allows an operation of this size now */
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

/** Whether graphql-js must answer these variables, because graphql-jit would answer otherwise. */
export function needsGraphqlJs(
  { notNull, notMissing }: Preparable,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  return notNull.some((name) => variables[name] === null) || notMissing.some((name) => !Object.hasOwn(variables, name));
}
