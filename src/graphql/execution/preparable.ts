import {
  getOperationAST,
  isNonNullType,
  Kind,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { fragmentsOf } from "./fragments.js";

/** An operation that may be compiled. */
export interface Preparable {
  readonly definition: OperationDefinitionNode;
  /** Fields, fragments, arguments and variables after expansion: a measure of compile time and memory. */
  readonly size: number;
  /** Nullable variables that are used where null is not allowed. When one is null, graphql-js must word the error. */
  readonly notNull: readonly string[];
  /**
   * Nullable variables without a default that are fields of input objects. Where one is missing, graphql-js leaves the
   * field away, and graphql-jit would make it null, which may mean to clear something.
   */
  readonly notMissing: readonly string[];
}

/** Each part takes some 40 µs to compile and some 2 KB to keep. */
export const maxPreparedSize = 200;

/**
 * Whether the compiled operation gives the same answers as graphql-js, for all variables, and at a bounded cost.
 * graphql-jit differs from graphql-js, or takes exponential time, where fragments are used again, where the same field
 * is asked for under several conditions, and in its messages for a null. So only plain operations are compiled:
 *
 * - queries, subscriptions, and mutations of one field: of several fields, graphql-js starts none after one that
 *   failed, and graphql-jit starts all;
 * - each fragment is spread at most once;
 * - a name that comes twice in one object is a leaf and under no condition (like `__typename`, which clients add);
 * - no variable is null by default where null is not allowed;
 * - no introspection, and no name (of a variable, too) that every JavaScript object has;
 * - at most `maxPreparedSize` parts after expansion.
 *
 * Looks at each part of the document at most once.
 *
 * @returns undefined for all other operations
 */
export function preparable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): Preparable | undefined {
  const definition = getOperationAST(document, operationName);
  if (!definition || !isPreparableKind(definition)) return undefined;
  const expansion = new Expansion(document);
  const { variableDefinitions = [], selectionSet } = definition;
  if (variableDefinitions.some(({ variable }) => variable.name.value in Object.prototype)) return undefined;
  if (!expansion.add(variableDefinitions.length) || !expansion.isPlain(selectionSet)) return undefined;
  const notNull = nullableWhereNullIsNotAllowed(schema, document);
  const nullByDefault = variableDefinitions.some(
    ({ variable, defaultValue }) => defaultValue?.kind === Kind.NULL && notNull.includes(variable.name.value),
  );
  if (nullByDefault) return undefined;
  return { definition, size: expansion.size, notNull, notMissing: omittedFields(document) };
}

function isPreparableKind({ operation, selectionSet }: OperationDefinitionNode): boolean {
  if (operation === OperationTypeNode.QUERY) return true;
  const [only, ...others] = selectionSet.selections;
  return only?.kind === Kind.FIELD && others.length === 0;
}

/** Whether a name may come again in the same object. */
type Repeatable = boolean;

class Expansion {
  size = 0;
  readonly #fragments: ReturnType<typeof fragmentsOf>;
  readonly #spread = new Set<string>();

  constructor(document: DocumentNode) {
    this.#fragments = fragmentsOf(document);
  }

  /** @returns whether there was room */
  add(parts: number): boolean {
    this.size += parts;
    return this.size <= maxPreparedSize;
  }

  isPlain({ selections }: SelectionSetNode, names = new Map<string, Repeatable>(), conditional = false): boolean {
    return selections.every((selection) => {
      const directives = selection.directives ?? [];
      if (!this.add(1 + directives.length)) return false;
      return this.#isPlainSelection(selection, names, conditional || directives.length > 0);
    });
  }

  #isPlainSelection(selection: SelectionNode, names: Map<string, Repeatable>, conditional: boolean): boolean {
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.isPlain(selection.selectionSet, names, conditional);
    const name = selection.name.value;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = this.#fragments.get(name);
      if (!fragment || this.#spread.has(name)) return false;
      this.#spread.add(name);
      return this.isPlain(fragment.selectionSet, names, conditional);
    }
    const key = selection.alias?.value ?? name;
    if (name === "__schema" || name === "__type" || key in Object.prototype) return false;
    if (!this.add(selection.arguments?.length ?? 0)) return false;
    const repeatable = !selection.selectionSet && !conditional;
    if (names.has(key) && !(names.get(key) && repeatable)) return false;
    names.set(key, repeatable);
    return !selection.selectionSet || this.isPlain(selection.selectionSet);
  }
}

function nullableWhereNullIsNotAllowed(schema: GraphQLSchema, document: DocumentNode): string[] {
  const nullable = new Set<string>();
  const found = new Set<string>();
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      VariableDefinition: ({ type, variable }) => {
        if (type.kind !== Kind.NON_NULL_TYPE) nullable.add(variable.name.value);
        return false;
      },
      Variable: ({ name }) => {
        if (isNonNullType(typeInfo.getInputType())) found.add(name.value);
      },
    }),
  );
  return [...nullable].filter((name) => found.has(name));
}

function omittedFields(document: DocumentNode): string[] {
  const omittable = new Set<string>();
  const found = new Set<string>();
  visit(document, {
    VariableDefinition: ({ type, variable, defaultValue }) => {
      if (type.kind !== Kind.NON_NULL_TYPE && !defaultValue) omittable.add(variable.name.value);
      return false;
    },
    ObjectField: ({ value }) => {
      if (value.kind === Kind.VARIABLE) found.add(value.name.value);
    },
  });
  return [...omittable].filter((name) => found.has(name));
}
