import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from "graphql";

type Fragments = GraphQLResolveInfo["fragments"];

/** Tells whether an operation asks for the rank of a changed entry: `incrementScore { entry { rank } }`. */
export class RankSelections {
  /**
   * By field, because operations and fragments of one document may ask for the same field differently. A parsed document
   * serves many requests, so each is looked at once.
   */
  readonly #known = new WeakMap<FieldNode, boolean>();

  /**
   * Directives are not looked at: a field that they may leave out counts as selected.
   *
   * @param info of a field whose type, or whose rows' type, has an `entry`
   */
  isSelected({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
    return fieldNodes.some((node) => {
      let selected = this.#known.get(node);
      if (selected === undefined) {
        const entries = node.selectionSet ? fieldsIn(node.selectionSet, "entry", fragments) : [];
        selected = entries.some((entry) => entry.selectionSet && hasRank(entry.selectionSet, fragments));
        this.#known.set(node, selected);
      }
      return selected;
    });
  }
}

function hasRank(selectionSet: SelectionSetNode, fragments: Fragments): boolean {
  return fieldsIn(selectionSet, "rank", fragments).length > 0;
}

/** The fields of an object with a name, under whatever alias and in whatever fragments. Linear in the document. */
function fieldsIn(
  { selections }: SelectionSetNode,
  name: string,
  fragments: Fragments,
  spread = new Set<string>(),
): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === name ? [selection] : [];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsIn(selection.selectionSet, name, fragments, spread);
    const fragment = fragments[selection.name.value];
    if (!fragment || spread.has(selection.name.value)) return [];
    spread.add(selection.name.value);
    return fieldsIn(fragment.selectionSet, name, fragments, spread);
  });
}
