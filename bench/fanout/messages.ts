import { isRecord, toRows } from "../rows.js";
import type { Dialect } from "./dialects.js";

/** The number of rows that every viewer shows. */
export const rowCount = 10;
/** The best player, and the only one whose score changes: its score counts the changes. */
export const leader = "leader";

/** A message that was parsed and verified. Others of the same change must have the same bytes, except for the id. */
interface Known {
  readonly score: number;
  readonly revision: number;
  readonly bytes: Buffer;
  /** The position of the subscription's id; start equals end in messages without one. */
  readonly idStart: number;
  readonly idEnd: number;
}

/**
 * The most messages that are remembered; a newer one replaces the oldest. Viewers of one server are seldom more than a
 * few changes apart.
 */
const maxKnown = 64;

/** Checks every byte of every update, at some 0.3 µs a message: only the first message of each change is parsed. */
export class Messages {
  readonly #dialect: Dialect;
  /** The newest first. */
  readonly #known: Known[] = [];

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /**
   * @param id of the viewer's subscription
   * @returns the leader's score; undefined when the message is no update
   * @throws Error for a wrong update
   */
  check(data: Buffer, start: number, end: number, id: Buffer): number | undefined {
    for (const known of this.#known) if (matches(known, data, start, end, id)) return known.score;
    return this.#learn(Buffer.from(data.subarray(start, end)), id);
  }

  #learn(bytes: Buffer, id: Buffer): number | undefined {
    const text = bytes.toString("utf8");
    const read = this.#dialect.read(text);
    if (read === undefined) return undefined;
    if (read.id !== undefined && read.id !== id.toString()) throw new Error(`the id is not ${id.toString()}: ${text}`);
    const { score, revision } = parseUpdate(read.update, text);
    const same = this.#known.find((known) => known.score === score);
    if (same) throw new Error(`differs from what others got for the same change: ${text}, ${same.bytes.toString()}`);
    for (const known of this.#known) {
      if (Number.isNaN(revision) || known.score > score === known.revision > revision) continue;
      throw new Error(`the revision does not grow with the changes: ${text}, ${known.bytes.toString()}`);
    }
    const idStart = read.id === undefined ? 0 : bytes.indexOf(id);
    const idEnd = read.id === undefined ? idStart : idStart + id.length;
    this.#known.push({ score, revision, bytes, idStart, idEnd });
    this.#known.sort((a, b) => b.score - a.score);
    if (this.#known.length > maxKnown) this.#known.pop();
    return score;
  }
}

function matches({ bytes, idStart, idEnd }: Known, data: Buffer, start: number, end: number, id: Buffer): boolean {
  return (
    end - start === bytes.length &&
    data.compare(bytes, idEnd, bytes.length, start + idEnd, end) === 0 &&
    data.compare(bytes, 0, idStart, start, start + idStart) === 0 &&
    (idStart === idEnd || data.compare(id, 0, id.length, start + idStart, start + idEnd) === 0)
  );
}

/** @returns a revision of NaN where the update has none */
function parseUpdate(update: unknown, text: string): { score: number; revision: number } {
  if (!isRecord(update)) throw new Error(`no update: ${text}`);
  const rows = toRows(update.topScores);
  const sorted = rows.every(({ score }, index) => index === 0 || score <= (rows[index - 1]?.score ?? NaN));
  const [first] = rows;
  if (first?.userId !== leader || rows.length !== rowCount || !sorted) throw new Error(`not the ten rows: ${text}`);
  const { revision = NaN } = update;
  if (typeof revision !== "number") throw new Error(`no revision: ${text}`);
  return { score: first.score, revision };
}
