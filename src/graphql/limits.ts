import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type ASTVisitor,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from "graphql";

/**
 * What one document may cost. The schema can't nest deeply, so what is left to bound is the text and how often a
 * document asks for a root field under other names; each costs a look at Redis.
 */
export const maxTokens = 1_000;
export const maxRootFields = 20;

export function validationRules(introspection: boolean): ValidationRule[] {
  return introspection ? [limitRootFields] : [limitRootFields, NoSchemaIntrospectionCustomRule];
}

function limitRootFields(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      const count = countFields(context, node.selectionSet, new Map());
      if (count <= maxRootFields) return;
      context.reportError(
        new GraphQLError(`An operation may have at most ${maxRootFields} root fields; this one has ${count}.`, {
          nodes: node,
        }),
      );
    },
  };
}

/** Each fragment is counted once, then remembered: fragments that spread others twice each would else take for ever. */
function countFields(context: ValidationContext, { selections }: SelectionSetNode, known: Map<string, number>): number {
  let count = 0;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) count += 1;
    else if (selection.kind === Kind.INLINE_FRAGMENT) count += countFields(context, selection.selectionSet, known);
    else count += countFragment(context, selection.name.value, known);
  }
  return count;
}

function countFragment(context: ValidationContext, name: string, known: Map<string, number>): number {
  const counted = known.get(name);
  if (counted !== undefined) return counted;
  known.set(name, 0); // A fragment that spreads itself is refused by another rule; here it must only end.
  const fragment = context.getFragment(name);
  const count = fragment ? countFields(context, fragment.selectionSet, known) : 0;
  known.set(name, count);
  return count;
}
