import type { Board } from "../domain/board.js";
import { badInput } from "../domain/errors.js";

/** The boards that this service has. */
export class BoardDirectory {
  readonly all: readonly Board[];
  readonly #known: ReadonlySet<string>;

  /** @param ids from the configuration, which has checked them */
  constructor(ids: readonly string[]) {
    this.all = ids as readonly Board[];
    this.#known = new Set(ids);
  }

  /** @throws StandingsError `badInput` for an id that is no board's */
  parse(id: string): Board {
    if (this.#known.has(id)) return id as Board;
    throw badInput("board must be one of this server's boards.");
  }
}
