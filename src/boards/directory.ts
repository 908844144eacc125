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

  find(id: string): Board | undefined {
    return this.#known.has(id) ? (id as Board) : undefined;
  }

  /** @throws StandingsError `badInput` for an id that is no board's */
  parse(id: string): Board {
    const board = this.find(id);
    if (board === undefined) throw badInput("board must be one of this server's boards.");
    return board;
  }
}
