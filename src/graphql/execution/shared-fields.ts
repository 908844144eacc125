import { getDirective } from "@graphql-tools/utils";
import {
  Kind,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { fragmentsOf } from "./fragments.js";

/**
 * Tells whether one execution of an operation may serve several viewers. It may when the schema marks each of the
 * operation's root fields with `@shared`. A field without the mark is never shared.
 */
export class SharedFields {
  /** By the root type's name. */
  readonly #marked = new Map<string, ReadonlySet<string>>();
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
    for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
      const marked = Object.values(type?.getFields() ?? {}).filter((field) => getDirective(schema, field, "shared"));
      if (type) this.#marked.set(type.name, new Set(marked.map(({ name }) => name)));
    }
  }

  cover(document: DocumentNode, { operation, selectionSet }: OperationDefinitionNode): boolean {
    const marked = this.#marked.get(this.#schema.getRootType(operation)?.name ?? "");
    const fragments = fragmentsOf(document);
    const spread = new Set<string>();
    const areMarked = ({ selections }: SelectionSetNode): boolean =>
      selections.every((selection) => {
        if (selection.kind === Kind.INLINE_FRAGMENT) return areMarked(selection.selectionSet);
        const name = selection.name.value;
        if (selection.kind === Kind.FIELD) return name === "__typename" || (marked?.has(name) ?? false);
        if (spread.has(name)) return true;
        spread.add(name);
        const fragment = fragments.get(name);
        return fragment !== undefined && areMarked(fragment.selectionSet);
      });
    return areMarked(selectionSet);
  }
}
