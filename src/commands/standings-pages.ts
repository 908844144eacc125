import type { Board } from "../domain/board.js";
import { badInput, StandingsError } from "../domain/errors.js";
import { parseUserId, type UserId } from "../domain/player.js";
import type { ScoreEntry } from "../domain/score.js";
import type { SeasonNumber } from "../domain/season.js";
import type { LocalEntry, PageStart, StandingsPage } from "../domain/standings-page.js";
import { parseWithin } from "../domain/views.js";
import type { FrozenStandings } from "../ledger/frozen-standings.js";
import type { KeptPlace, StandingsReader } from "../standings/standings-reader.js";
import type { FairQueue } from "./fair-queue.js";
import * as cursors from "./standings-cursors.js";

/** A page as a client asks for it: the types are right, the values are not checked. */
export interface PageInput {
  readonly first: number;
  readonly after?: string | null | undefined;
  readonly fromRank?: number | null | undefined;
}

/** A season as a caller knows it. Without an end it may have ended meanwhile. */
export interface KnownSeason {
  readonly board: Board;
  readonly number: SeasonNumber;
  readonly endedAt?: number | undefined;
}

export interface Page {
  readonly total: number;
  readonly rows: readonly { readonly cursor: string; readonly entry: ScoreEntry }[];
  /** Whether rows stand above, and below. */
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
}

export interface StandingsPagesOptions {
  /** The standings of seasons that run. */
  readonly live: StandingsReader;
  /** The standings of seasons that ended. */
  readonly archive: FrozenStandings;
  /** The archive's readers take turns. */
  readonly turns: FairQueue;
}

const maxPage = 100;
const maxUserIds = 500;

/**
 * Standings page by page, which anybody may see: of a season that runs, and of one that ended.
 *
 * @throws StandingsError `badInput`, `unanswered` and `unreadable` from all methods; from those of a season also
 * `standingsUnwritten` right after its end, and `overloaded`
 */
export class StandingsPages {
  readonly #live: StandingsReader;
  readonly #archive: FrozenStandings;
  readonly #turns: FairQueue;

  constructor({ live, archive, turns }: StandingsPagesOptions) {
    this.#live = live;
    this.#archive = archive;
    this.#turns = turns;
  }

  /**
   * A page of the season that runs. A walk through all pages shows each player that keeps its place once, whatever others
   * do meanwhile. O(log n + first).
   */
  async ofBoard(board: Board, input: PageInput): Promise<Page> {
    const start = parseStart(input, (cursor) => cursors.parseLiveCursor(cursor, board, undefined));
    const count = parseCount(input);
    const season = start.kind === "after" ? start.place.season : undefined;
    const { found, season: running } = await this.#live.page(board, start, count, season);
    if (found) return livePage(board, found);
    throw season !== undefined && season < running ? cursors.endedCursor() : cursors.notACursor();
  }

  /** @param caller the sender's address; its turn is used */
  async ofSeason(caller: string, season: KnownSeason, input: PageInput): Promise<Page> {
    const { board, number } = season;
    if (season.endedAt === undefined) {
      const start = parseStart(input, (cursor) => cursors.parseLiveCursor(cursor, board, number));
      const live = await this.#live.page(board, start, parseCount(input), number);
      if (live.found) return livePage(board, live.found);
      if (live.season < number) throw new StandingsError("unreadable");
    }
    const start = parseStart(input, (cursor) => cursors.parseArchiveCursor(cursor, board, number));
    const count = parseCount(input);
    const page = await this.#turns.run(caller, () => this.#archive.page(board, number, start, count));
    return toPage(page, (position) => cursors.formatArchiveCursor(board, number, position));
  }

  /** A player's row in a season; undefined when the player has no score in it. */
  async entryOfSeason(caller: string, season: KnownSeason, userId: string): Promise<ScoreEntry | undefined> {
    const { board, number } = season;
    const player = parseUserId(userId);
    if (season.endedAt === undefined) {
      const live = await this.#live.entries(board, [player], number);
      if (live.found) return live.found[0]?.entry;
      if (live.season < number) throw new StandingsError("unreadable");
    }
    return this.#turns.run(caller, () => this.#archive.entry(board, number, player));
  }

  /**
   * The rows of up to 500 players, all at one moment, best first, with their ranks among themselves. O(log n) a player.
   *
   * @param userIds the same one counts once; a player without a score is left out
   */
  async entries(board: Board, userIds: readonly string[]): Promise<readonly LocalEntry[]> {
    const { found } = await this.#live.entries(board, parseUserIds(userIds), undefined);
    return found ?? [];
  }
}

function parseStart<Place>({ after, fromRank }: PageInput, parseCursor: (cursor: string) => Place): PageStart<Place> {
  if (after != null && fromRank != null) throw badInput("after and fromRank can't be used together.");
  if (after != null) return { kind: "after", place: parseCursor(after) };
  if (fromRank == null) return { kind: "top" };
  return { kind: "rank", rank: parseWithin("fromRank", fromRank, 1, Number.MAX_SAFE_INTEGER) };
}

function parseCount({ first }: PageInput): number {
  return parseWithin("first", first, 1, maxPage);
}

function parseUserIds(userIds: readonly string[]): UserId[] {
  const distinct = new Set<UserId>();
  for (const userId of userIds) {
    if (distinct.add(parseUserId(userId)).size > maxUserIds) break;
  }
  if (distinct.size <= maxUserIds) return [...distinct];
  throw badInput(`userIds must name at most ${maxUserIds} players.`);
}

function livePage(board: Board, page: StandingsPage<KeptPlace>): Page {
  return toPage(page, (place) => cursors.formatLiveCursor(board, place));
}

function toPage<Place>({ total, above, rows }: StandingsPage<Place>, format: (place: Place) => string): Page {
  return {
    total,
    rows: rows.map(({ place, entry }) => ({ cursor: format(place), entry })),
    hasPrevious: above > 0,
    hasNext: above + rows.length < total,
  };
}
