import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** What the server writes into a built page. Both are HTML. */
export interface PageParts {
  /** Takes the place of the built page's title and description. */
  readonly head: string;
  /** What people without JavaScript see; undefined: what the built page says. */
  readonly plain: string | undefined;
}

/** A built page, cut where the server writes: at its `<title>` and at its `<noscript>`. */
interface BuiltPage {
  readonly modifiedMs: number;
  readonly start: string;
  readonly middle: string;
  readonly plain: string;
  readonly end: string;
}

const title = /<title>[^<]*<\/title>/;
const description = /\s*<meta name="description"[^>]*>/;
const noscript = /<noscript>([^]*?)<\/noscript>/;

/** The pages of a folder that `vite build` wrote. A page is read again when a newer build has replaced it. */
export class BuiltPages {
  readonly #root: string;
  readonly #pages = new Map<string, BuiltPage>();

  constructor(root: string) {
    this.#root = root;
  }

  /** @returns the page as HTML; undefined when it is not built */
  async fill(name: string, parts: PageParts): Promise<string | undefined> {
    const page = await this.#page(name);
    if (!page) return undefined;
    const { start, middle, plain, end } = page;
    return `${start}${parts.head}${middle}<noscript>${parts.plain ?? plain}</noscript>${end}`;
  }

  async #page(name: string): Promise<BuiltPage | undefined> {
    const file = join(this.#root, name);
    const modifiedMs = await modifiedAt(file);
    if (modifiedMs === undefined) return undefined;
    let page = this.#pages.get(name);
    if (page?.modifiedMs !== modifiedMs) {
      page = { modifiedMs, ...cut(name, await readFile(file, "utf8")) };
      this.#pages.set(name, page);
    }
    return page;
  }
}

function cut(name: string, html: string): Omit<BuiltPage, "modifiedMs"> {
  const [start, rest] = around(name, html.replace(description, ""), title);
  const [middle, end, plain = ""] = around(name, rest, noscript);
  return { start, middle, plain, end };
}

/** @returns the text before the mark, the text behind it, and what the mark contains */
function around(
  name: string,
  text: string,
  mark: RegExp,
): readonly [before: string, behind: string, inside: string | undefined] {
  const found = mark.exec(text);
  if (!found) throw new Error(`${name} has no place for what the server writes into it: ${mark.source}`);
  return [text.slice(0, found.index), text.slice(found.index + found[0].length), found[1]];
}

async function modifiedAt(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
