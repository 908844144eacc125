import { badInput } from "../domain/errors.js";
import { parseWithin } from "../domain/views.js";

const maxPage = 100;

/** One page of a list, in the list's order. */
export interface Page<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  /** Whether there are nodes before and after these. */
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  /** How many nodes the whole list has. */
  total(): number | Promise<number>;
}

/** A list whose nodes are named by keys. Cursors are opaque to clients, so that their content may change. */
export class PagedList {
  readonly #prefix: string;
  readonly #keyForm: RegExp;

  /** @param name tells the cursors of one list from those of another */
  constructor(name: string, keyForm: RegExp) {
    this.#prefix = `${name}:`;
    this.#keyForm = keyForm;
  }

  /**
   * One page: reads one node more than it shows, which tells whether there is a next page.
   *
   * @param read the nodes after the one of this key, in order; at most so many
   * @throws StandingsError `badInput` naming the argument; what `read` throws
   */
  async page<Node>(
    { first, after }: { readonly first: number; readonly after?: string | null | undefined },
    list: {
      read: (after: string | undefined, count: number) => readonly Node[] | Promise<readonly Node[]>;
      keyOf: (node: Node) => string;
      total: () => number | Promise<number>;
    },
  ): Promise<Page<Node>> {
    const count = parseWithin("first", first, 1, maxPage);
    const key = after == null ? undefined : this.#parse(after);
    const nodes = await list.read(key, count + 1);
    return {
      edges: nodes.slice(0, count).map((node) => ({ cursor: this.#format(list.keyOf(node)), node })),
      hasPrevious: key !== undefined,
      hasNext: nodes.length > count,
      total: list.total,
    };
  }

  #format(key: string): string {
    return Buffer.from(this.#prefix + key).toString("base64url");
  }

  /** Node ignores what is not base64url, so only the text whose encoding the cursor is counts. */
  #parse(cursor: string): string {
    const text = Buffer.from(cursor, "base64url").toString();
    const key = text.slice(this.#prefix.length);
    if (text.startsWith(this.#prefix) && this.#keyForm.test(key) && this.#format(key) === cursor) return key;
    throw badInput("after must be a cursor of this list.");
  }
}
