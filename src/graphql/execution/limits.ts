import { createHash } from "node:crypto";
import {
  GraphQLError,
  Kind,
  parse,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
} from "graphql";
import { fragmentsOf } from "./fragments.js";
import { OperationCosts } from "./operation-cost.js";

/**
 * The limits of one operation, checked before any work is done for it. An operation that asks for 20 boards of 100 rows
 * with ten fields each passes.
 */
export const maxDocumentLength = 10_000;
export const maxTokens = 1_000;
/** Each costs a read of Redis. */
export const maxRootFields = 20;
/** Values in the answer: see OperationCosts. */
export const maxCost = 25_000;
/** Limited because GraphQL's own rules compare all fields of one name with each other. */
export const maxRepetitions = 60;
/** Nothing in the schema needs more than one level. */
export const maxVariableDepth = 32;

export const tooDeep = `Variables may be nested at most ${maxVariableDepth} deep.`;

export const parseOptions = { maxLexicalTokens: maxTokens };

/** The rules that are applied besides graphql-js' own. */
export function validationRules(introspection: boolean): ValidationRule[] {
  return introspection ? [] : [NoSchemaIntrospectionCustomRule];
}

/** Limits that are cheap to check. They are checked before GraphQL's own rules, some of which take far longer. */
export class DocumentLimits {
  readonly #costs: OperationCosts;

  constructor(schema: GraphQLSchema) {
    this.#costs = new OperationCosts(schema);
  }

  /**
   * Linear in the document's length.
   *
   * @throws GraphQLError for a document that is not GraphQL, is too long, has too many tokens, or may cost too much
   */
  parse(text: string): DocumentNode {
    if (text.length > maxDocumentLength) throw tooLong(text);
    const document = parse(text, parseOptions);
    const problem = this.problemOf(document);
    if (problem) throw problem;
    return document;
  }

  /** The limit that a document breaks. */
  problemOf(document: DocumentNode): GraphQLError | undefined {
    const repeated = mostRepeatedName(document);
    if (repeated.count > maxRepetitions) {
      const message = `A document may ask for one name at most ${maxRepetitions} times; this one asks for ${repeated.name} ${repeated.count} times.`;
      return new GraphQLError(message);
    }
    for (const operation of document.definitions) {
      if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
      const count = countRootFields(document, operation.selectionSet);
      if (count > maxRootFields) {
        const message = `An operation may have at most ${maxRootFields} root fields; this one has ${count}.`;
        return new GraphQLError(message, { nodes: operation });
      }
      if (operation.operation === OperationTypeNode.SUBSCRIPTION && isConditional(document, operation.selectionSet)) {
        // graphql-js can't answer a subscription whose only field is left out.
        return new GraphQLError("The field of a subscription may not be conditional.", { nodes: operation });
      }
      const cost = Math.ceil(this.costOf(document, operation));
      if (cost > maxCost) {
        const message = `An operation may cost at most ${maxCost}; this one costs ${cost}: its fields times the rows that they can return.`;
        return new GraphQLError(message, { nodes: operation });
      }
    }
    return undefined;
  }

  /** How many values an operation's answer can hold. */
  costOf(...operation: Parameters<OperationCosts["of"]>): number {
    return this.#costs.of(...operation);
  }
}

/** The variables that an operation declares. Clients may send any number of others. */
export function declaredVariables(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const names = variableDefinitions.map(({ variable }) => variable.name.value);
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]),
  );
}

/** Stands for a document's text in stores, because texts are long and clients choose them. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

function tooLong({ length }: string): GraphQLError {
  return new GraphQLError(`A document may have at most ${maxDocumentLength} characters; this one has ${length}.`);
}

/** Counts each fragment once: without that, fragments that spread others twice each would take exponential time. */
function countRootFields(document: DocumentNode, root: SelectionSetNode): number {
  const fragments = fragmentsOf(document);
  const known = new Map<string, number>();
  const countFields = ({ selections }: SelectionSetNode): number => {
    let count = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) count += 1;
      else if (selection.kind === Kind.INLINE_FRAGMENT) count += countFields(selection.selectionSet);
      else count += countFragment(selection.name.value);
    }
    return count;
  };
  const countFragment = (name: string): number => {
    const counted = known.get(name);
    if (counted !== undefined) return counted;
    known.set(name, 0); // Ends the recursion of a fragment that spreads itself; another rule refuses it.
    const fragment = fragments.get(name);
    const count = fragment ? countFields(fragment.selectionSet) : 0;
    known.set(name, count);
    return count;
  };
  return countFields(root);
}

function mostRepeatedName(document: DocumentNode): { name: string; count: number } {
  const counts = new Map<string, number>();
  let most = { name: "", count: 0 };
  visit(document, {
    Field: ({ alias, name: { value } }) => {
      const name = alias?.value ?? value;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      if (count > most.count) most = { name, count };
    },
  });
  return most;
}

/** Whether a selection at the root, or in a fragment there, has a directive. */
function isConditional(document: DocumentNode, { selections }: SelectionSetNode, known = new Set<string>()): boolean {
  return selections.some((selection) => {
    if ((selection.directives ?? []).length > 0) return true;
    if (selection.kind === Kind.FIELD) return false;
    if (selection.kind === Kind.INLINE_FRAGMENT) return isConditional(document, selection.selectionSet, known);
    const name = selection.name.value;
    if (known.has(name)) return false;
    known.add(name);
    const fragment = fragmentsOf(document).get(name);
    return fragment !== undefined && isConditional(document, fragment.selectionSet, known);
  });
}

/**
 * Whether variables are nested no deeper than allowed, because the code that reads them recurses. This function does
 * not recurse, and looks no deeper than the limit. It runs for each request, so it allocates next to nothing.
 */
export function areShallow(variables: unknown): boolean {
  let level = isNested(variables) ? [variables] : [];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === maxVariableDepth) return false;
    const below: object[] = [];
    for (const parent of level) {
      for (const name in parent) {
        const value = (parent as Record<string, unknown>)[name];
        if (isNested(value)) below.push(value);
      }
    }
    level = below;
  }
  return true;
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
