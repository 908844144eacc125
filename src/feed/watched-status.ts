import type { Board } from "../domain/board.js";
import type { BoardStatus, FeedState } from "../domain/board-status.js";
import type { BoardPulse } from "../standings/standings-reader.js";
import { within } from "../timing/deadline.js";
import { ChangeRate } from "./change-rate.js";

export interface WatchedStatusOptions {
  /** Looks at a board in Redis; undefined when Redis does not know it. */
  readonly look: (board: Board) => Promise<BoardPulse | undefined>;
  readonly viewersOf: (board: Board) => number;
  /** A number higher than each that it gave before. */
  readonly nextSequence: () => number;
  /** When the newest standings were known before the first look, in milliseconds since the Unix epoch. */
  readonly knownAt: number;
}

/** A look that takes longer finds Redis silent. With the interval, a change of state is seen within 1.7 s. */
const deadlineMs = 700;
const intervalMs = 1_000;
/** Until a board is live again. */
const troubledIntervalMs = 250;
/** Pushed with the look that is nearest to five seconds after the last push. */
const pushAfterMs = 4_500;
const rateWindowMs = 5_000;

/** The status of one board while it has viewers. */
export class WatchedStatus {
  readonly #board: Board;
  readonly #options: WatchedStatusOptions;
  readonly #listeners = new Set<(status: BoardStatus) => void>();
  readonly #rate = new ChangeRate(rateWindowMs);
  #state: FeedState | undefined;
  #asOf: number;
  #pushedAt = -Infinity;
  #firstLook: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(board: Board, options: WatchedStatusOptions) {
    this.#board = board;
    this.#options = options;
    this.#asOf = options.knownAt;
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Takes as long as a look, the first time. */
  async current(): Promise<BoardStatus> {
    await (this.#firstLook ??= this.#look());
    return this.#status();
  }

  /** The first listener makes it look regularly, until it is stopped. */
  add(listener: (status: BoardStatus) => void): void {
    this.#listeners.add(listener);
    if (this.#timer !== undefined || this.#stopped) return;
    this.#pushedAt = performance.now();
    this.#timer = setTimeout(() => void this.#step(), intervalMs);
  }

  remove(listener: (status: BoardStatus) => void): void {
    this.#listeners.delete(listener);
  }

  async #step(): Promise<void> {
    const began = performance.now();
    const before = this.#state;
    await this.#look();
    if (this.#stopped) return;
    const now = performance.now();
    if (this.#state !== before || now - this.#pushedAt >= pushAfterMs) {
      this.#pushedAt = now;
      const status = this.#status();
      for (const listener of this.#listeners) listener(status);
    }
    const interval = this.#state === "LIVE" ? intervalMs : troubledIntervalMs;
    this.#timer = setTimeout(() => void this.#step(), Math.max(0, began + interval - now));
  }

  async #look(): Promise<void> {
    const [startedAt, began] = [Date.now(), performance.now()];
    try {
      const pulse = await within(deadlineMs, this.#options.look(this.#board), () => "late" as const);
      if (pulse === "late") this.#state = "STALE";
      else if (!pulse?.open) this.#state = "RECOVERING";
      else {
        this.#state = "LIVE";
        this.#asOf = startedAt;
        this.#rate.add(began, pulse);
      }
    } catch {
      // The connection logs why Redis does not answer.
      this.#state = "STALE";
    }
  }

  #status(): BoardStatus {
    const state = this.#state ?? "STALE";
    return {
      board: this.#board,
      state,
      asOf: this.#asOf,
      viewers: this.#options.viewersOf(this.#board),
      changesPerSecond: state === "LIVE" ? Math.round(this.#rate.perSecond * 10) / 10 : 0,
      sequence: this.#options.nextSequence(),
    };
  }
}
