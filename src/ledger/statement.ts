import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** Arrays are texts: see `numberArray` and `textArray`. */
export type Parameters = Readonly<Record<string, string | number>>;

const includeLine = /^-- @include (\S+)$/gm;
const comment = /^--.*\n/gm;
/** `:name`, but not the `::` of a cast. */
const parameter = /(?<!:):([a-z]\w*)/g;

/**
 * An SQL statement from a file, whose rows are `Row`s. In the file `:name` is a parameter. `{schema}.` stands before
 * each of our tables, so that no statement depends on a session's search path. A line `-- @include name.sql` is
 * replaced by that file of the folder `include` beside it.
 */
export class Statement<Row> {
  /** Exists for the type only. */
  declare readonly row: Row;
  /** The file's, without its ending. */
  readonly name: string;
  readonly #text: string;
  /** The parameters' names, in the order of their numbers. */
  readonly #names: readonly string[];

  constructor(file: URL) {
    this.name = basename(file.pathname, ".sql");
    const source = readFileSync(file, "utf8").replace(includeLine, (_line, name: string) =>
      readFileSync(new URL(`include/${name}`, file), "utf8").trimEnd(),
    );
    const names: string[] = [];
    this.#text = source.replace(comment, "").replace(parameter, (_word, name: string) => {
      if (!names.includes(name)) names.push(name);
      return `$${names.indexOf(name) + 1}`;
    });
    this.#names = names;
    this.name = basename(file.pathname, ".sql");
  }

  /** @param schema quoted */
  text(schema: string): string {
    return this.#text.replaceAll("{schema}", () => schema);
  }

  values(parameters: Parameters): Parameters[string][] {
    return this.#names.map((name) => {
      const value = parameters[name];
      if (value === undefined) throw new Error(`a statement lacks its parameter ${name}`);
      return value;
    });
  }
}
