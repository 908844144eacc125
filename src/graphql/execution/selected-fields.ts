import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from "graphql";
import { fragmentsOf } from "./fragments.js";

/**
 * Whether an operation has a field of this name anywhere, also one that a directive leaves out. Looks at each part of
 * the document at most once.
 */
export function selectsField(document: DocumentNode, { selectionSet }: OperationDefinitionNode, name: string): boolean {
  const fragments = fragmentsOf(document);
  const spread = new Set<string>();
  const isIn = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(selection.name.value)) return false;
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        return fragment !== undefined && isIn(fragment.selectionSet);
      }
      if (selection.kind === Kind.FIELD && selection.name.value === name) return true;
      return selection.selectionSet !== undefined && isIn(selection.selectionSet);
    });
  return isIn(selectionSet);
}
