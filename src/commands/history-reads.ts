import type { BoardDirectory } from "../boards/directory.js";
import { badInput } from "../domain/errors.js";
import { readPage, type History, type HistoryPage, type ScoreEvent } from "../domain/history.js";
import { parseUserId } from "../domain/player.js";
import type { Revision, Score } from "../domain/score.js";
import { parseWithin } from "../domain/views.js";
import type { FairQueue } from "./fair-queue.js";

const maxPage = 100;
const cursorForm = /^revision:(\d{1,16})$/;
/** PostgreSQL's calendar has no year 0, and ISO 8601 has no year after 9999. */
const firstMoment = Date.parse("0001-01-01T00:00:00.000Z");
const lastMoment = Date.parse("9999-12-31T23:59:59.999Z");
/** Reads of the history, which anybody may see. PostgreSQL answers, and callers take turns, by address. */
export class HistoryReads {
  readonly #boards: BoardDirectory;
  readonly #history: History;
  readonly #turns: FairQueue;

  /** @param turns shared by all that PostgreSQL answers */
  constructor(boards: BoardDirectory, history: History, turns: FairQueue) {
    this.#boards = boards;
    this.#history = history;
    this.#turns = turns;
  }

  /**
   * A player's changes, newest first.
   *
   * @param caller the sender's address; its turn is used
   * @param after a cursor, as `formatCursor` makes it
   * @throws StandingsError `badInput`, `overloaded` or `unanswered`
   */
  async page(
    caller: string,
    boardId: string,
    userId: string,
    first: number,
    after: string | null | undefined,
  ): Promise<HistoryPage> {
    const board = this.#boards.known(boardId) ?? (await this.#boards.parse(boardId));
    const player = parseUserId(userId);
    const count = parseWithin("first", first, 1, maxPage);
    const before = after == null ? undefined : parseCursor(after);
    return this.#turns.run(caller, () => readPage(this.#history, board, player, before, count));
  }

  /** A player's total at a moment; undefined when it had none yet. @throws as `page` */
  async scoreAt(caller: string, boardId: string, userId: string, at: Date): Promise<Score | undefined> {
    const { id: board } = this.#boards.known(boardId) ?? (await this.#boards.parse(boardId));
    const player = parseUserId(userId);
    const moment = parseMoment(at);
    return this.#turns.run(caller, () => this.#history.readScoreAt(board, player, moment));
  }
}

/** A cursor is opaque to clients, so that its content may change. */
export function formatCursor({ revision }: ScoreEvent): string {
  return Buffer.from(`revision:${revision}`).toString("base64url");
}

function parseCursor(cursor: string): Revision {
  const [, digits] = cursorForm.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  const revision = Number(digits);
  if (Number.isSafeInteger(revision)) return revision as Revision;
  throw badInput("after must be an endCursor of this connection.");
}

function parseMoment(at: Date): Date {
  if (at.getTime() >= firstMoment && at.getTime() <= lastMoment) return at;
  throw badInput("at must be a moment from the year 1 to the year 9999, in UTC.");
}
