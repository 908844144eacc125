import { isRecord } from "../rows.js";
import type { Dialect } from "./dialects.js";
import { ownPlayer } from "./own-player.js";

/** Checks updates of players' own rows, each of which is another: some 2 µs a message. */
export class OwnMessages {
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /**
   * @param id of the viewer's subscription
   * @returns the revision; undefined when the message is no update
   * @throws Error for an update that is not right
   */
  check(data: Buffer, start: number, end: number, id: Buffer, index: number): number | undefined {
    const text = data.toString("utf8", start, end);
    const read = this.#dialect.read(text);
    if (read === undefined) return undefined;
    if (read.id !== id.toString()) throw new Error(`the id is not ${id.toString()}: ${text}`);
    const { update } = read;
    const isRight =
      isRecord(update) &&
      update.userId === ownPlayer(index) &&
      update.score === index + 1 &&
      typeof update.rank === "number" &&
      typeof update.revision === "number";
    if (!isRight) throw new Error(`not the row of ${ownPlayer(index)}: ${text}`);
    return Number(update.revision);
  }
}
