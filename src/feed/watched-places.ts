import type { Leaderboard } from "../standings/leaderboard.js";
import type { Board } from "../domain/board.js";
import { sameEntries } from "../domain/ranks.js";
import type { Revision } from "../domain/score.js";
import type { Neighbourhood, Place } from "../domain/views.js";
import type { Logger } from "../observability/logger.js";
import { CoalescedRead } from "./coalesced-read.js";
import { retry } from "../timing/retry.js";
import type { TopScoresFeed } from "./top-scores-feed.js";

export interface WatchedPlacesOptions {
  pushIntervalMs: number;
  logger: Logger;
}

/** At 3 µs a player and 0.3 µs a row, one call keeps Redis busy for a millisecond at most. */
const maxRowsPerRead = 1_000;
const retryIntervalMs = 500;

/** The places of one board that viewers of this process watch. */
export class WatchedPlaces {
  readonly board: Board;
  readonly #leaderboard: Leaderboard;
  readonly #top: TopScoresFeed;
  readonly #options: WatchedPlacesOptions;
  readonly #unfollow: () => void;
  readonly #watched = new Map<string, WatchedPlace>();
  readonly #stop = new AbortController();
  /** The newest revision that the board is known to have. */
  #revision: Revision | undefined;
  /** The revision at which all places were read last. */
  #readAt: Revision | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #lastReadAt = -Infinity;

  constructor(board: Board, leaderboard: Leaderboard, top: TopScoresFeed, options: WatchedPlacesOptions) {
    this.board = board;
    this.#leaderboard = leaderboard;
    this.#top = top;
    this.#options = options;
    this.#unfollow = top.onRevision(board, (revision) => this.changed(revision));
  }

  /** Whether this object must not be dropped. */
  get isBusy(): boolean {
    return this.size > 0 || this.#reading || this.#timer !== undefined;
  }

  get size(): number {
    return this.#watched.size;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#unfollow();
    this.#stop.abort();
  }

  /** Costs nothing while there are no viewers, and while a read is due anyway. */
  changed(revision: Revision): void {
    if (this.#revision !== undefined && revision <= this.#revision) return;
    this.#revision = revision;
    this.#schedule();
  }

  /** As a topic's `current` and `subscribe`. */
  async current(place: Place): Promise<Neighbourhood> {
    // A change after this read must not be missed.
    await this.#top.subscribed(this.board);
    const watched = this.#watched.get(keyOf(place));
    if (!watched) return this.#readOne(place);
    const value = await watched.read.get();
    // Show it to the other viewers too, or the next read would look like no change.
    watched.offer(value);
    return value;
  }

  subscribe(place: Place, listener: (value: Neighbourhood) => void): () => void {
    const key = keyOf(place);
    let watched = this.#watched.get(key);
    if (!watched) {
      watched = new WatchedPlace(place, new CoalescedRead(() => this.#readOne(place)));
      this.#watched.set(key, watched);
    }
    const { listeners } = watched;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#watched.get(key)?.listeners === listeners) this.#watched.delete(key);
    };
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#reading || this.#stop.signal.aborted || this.size === 0) return;
    const wait = this.#lastReadAt + this.#options.pushIntervalMs - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#readAll();
      },
      Math.max(0, wait),
    );
  }

  async #readAll(): Promise<void> {
    this.#reading = true;
    this.#lastReadAt = performance.now();
    this.#readAt = this.#revision;
    try {
      for (const batch of batches([...this.#watched.values()])) {
        const places = batch.map(({ place }) => place);
        const values = await this.#leaderboard.neighbourhoods(this.board, places);
        for (const [index, value] of values.entries()) batch[index]?.offer(value);
      }
    } catch (error) {
      this.#options.logger.debug({ err: error, board: this.board }, "watched players can't be read; trying again");
      this.#readAt = undefined;
      this.#lastReadAt = performance.now() + retryIntervalMs;
    }
    this.#reading = false;
    if (this.#readAt !== this.#revision) this.#schedule();
  }

  /** While the place can't be read, viewers wait. If they failed instead, all would come back at once. */
  #readOne(place: Place): Promise<Neighbourhood> {
    const attempt = async () => {
      const [value] = await this.#leaderboard.neighbourhoods(this.board, [place]);
      if (!value) throw new Error("the answer lacks the player's place");
      return value;
    };
    const { logger } = this.#options;
    return retry(attempt, {
      waitMs: () => retryIntervalMs,
      signal: this.#stop.signal,
      onFailure: (error) => logger.debug({ err: error, board: this.board }, "a player can't be read; trying again"),
    });
  }
}

/** One player and radius, with all its viewers. */
class WatchedPlace {
  readonly place: Place;
  readonly read: CoalescedRead<Neighbourhood>;
  readonly listeners = new Set<(value: Neighbourhood) => void>();
  #newest: Neighbourhood | undefined;

  constructor(place: Place, read: CoalescedRead<Neighbourhood>) {
    this.place = place;
    this.read = read;
  }

  /** Tells the listeners, unless they have seen these rows or newer ones. */
  offer(value: Neighbourhood): void {
    const newest = this.#newest;
    if (newest && value.revision <= newest.revision) return;
    this.#newest = value;
    if (newest && sameEntries(newest.entries, value.entries)) return;
    for (const listener of this.listeners) listener(value);
  }
}

function keyOf({ radius, userId }: Place): string {
  return `${radius} ${userId}`;
}

function* batches(watched: readonly WatchedPlace[]): Generator<WatchedPlace[]> {
  let [batch, rows]: [WatchedPlace[], number] = [[], 0];
  for (const each of watched) {
    batch.push(each);
    rows += 2 * each.place.radius + 1;
    if (rows < maxRowsPerRead) continue;
    yield batch;
    [batch, rows] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
