import { LRUCache } from "lru-cache";
import type { Board } from "../domain/board.js";
import type { Neighbourhood, Place, PlacedSnapshot, Snapshot } from "../domain/views.js";
import type { Leaderboard } from "../standings/leaderboard.js";
import { CoalescedRead } from "./coalesced-read.js";
import { GatheredReads } from "./gathered-reads.js";

/** Boards whose newest scores are kept for the next caller. */
const maxBoards = 1_000;

/**
 * The newest scores for callers that ask once and ask often. Nobody gets a state from before the request, so whoever
 * changed a score sees the change.
 *
 * @throws StandingsError `unreadable` and `unanswered` from all methods
 */
export class CurrentScores {
  readonly #boards = new LRUCache<Board, CoalescedRead<Snapshot>>({ max: maxBoards });
  readonly #places = new GatheredReads<Neighbourhood>();
  readonly #leaderboard: Leaderboard;

  constructor(leaderboard: Leaderboard) {
    this.#leaderboard = leaderboard;
  }

  /**
   * The best `maxLimit` entries. At most one read of a board is under way, however many callers ask. While the board has
   * not changed, it is O(1) and gives the same object.
   */
  top(board: Board): Promise<Snapshot> {
    let read = this.#boards.get(board);
    if (!read) this.#boards.set(board, (read = this.#readerOf(board)));
    return read.get();
  }

  /** A player's row with its neighbours; no entries when the player has no score. O(log n + radius). */
  around(board: Board, place: Place): Promise<Neighbourhood> {
    const key = `${place.radius} ${board} ${place.userId}`;
    return this.#places.get(key, async () => {
      const [neighbourhood] = await this.#leaderboard.neighbourhoods(board, [place]);
      if (!neighbourhood) throw new Error("the answer lacks the player's place");
      return neighbourhood;
    });
  }

  #readerOf(board: Board): CoalescedRead<Snapshot> {
    let newest: PlacedSnapshot | undefined;
    return new CoalescedRead(async () => {
      newest = await this.#leaderboard.newestSnapshot(board, newest);
      return newest.snapshot;
    });
  }
}
