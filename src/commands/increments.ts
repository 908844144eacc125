import type { BoardDirectory } from "../boards/directory.js";
import { StandingsError } from "../domain/errors.js";
import type { Leaderboard } from "../standings/leaderboard.js";
import type { Accepted } from "../standings/waiting-change.js";
import { type Change, parseIdempotencyKey, parseIncrement } from "../domain/change.js";
import type { Board } from "../domain/board.js";
import { parseUserId } from "../domain/player.js";
import { authorizeIncrement, requireAuthenticated, type Viewer } from "../auth/roles.js";

/** An increment as a transport received it: the types are right, the values are not checked. */
export interface IncrementInput {
  board: string;
  userId: string;
  scoreIncrement: number;
  idempotencyKey: string | null | undefined;
}

/** The queue of changes that are applied later. */
export interface IncrementQueue {
  /**
   * Resolves when the change can no longer get lost.
   *
   * @param deadline in terms of performance.now(): the promise settles by then
   * @returns the id of its message
   * @throws StandingsError `brokerFailed` or `overloaded` (the change is not in the queue), `unknownOutcome`
   */
  enqueue(board: Board, change: Change, deadline: number): Promise<string>;
}

export interface IncrementsOptions {
  /** The largest increment that a player may send. */
  maxIncrement: number;
  /** Undefined: changes can't be applied later. */
  queue: IncrementQueue | undefined;
  /** How long accepting a change for later may wait for Redis and the queue. */
  timeoutMs: number;
}

/** Every change of a score by a viewer goes through this class: checked, authorised, then applied or queued. */
export class Increments {
  readonly #boards: BoardDirectory;
  readonly #leaderboard: Leaderboard;
  readonly #options: IncrementsOptions;

  constructor(boards: BoardDirectory, leaderboard: Leaderboard, options: IncrementsOptions) {
    this.#boards = boards;
    this.#leaderboard = leaderboard;
    this.#options = options;
  }

  /** @throws StandingsError: see `authorizeIncrement` and `Leaderboard.increment` */
  async submit(viewer: Viewer, input: IncrementInput): Promise<Accepted> {
    const { board, change } = this.#authorize(viewer, input);
    return this.#leaderboard.increment(board, change);
  }

  /**
   * Accepts a change that is applied later. Some errors appear only then (a total out of range, a key that was used
   * with other arguments). Only operators see those.
   *
   * @returns the id of its message
   * @throws StandingsError: see `authorizeIncrement`, `Leaderboard.takeToken` and `IncrementQueue.enqueue`; `queueOff`
   */
  async enqueue(viewer: Viewer, input: IncrementInput): Promise<string> {
    const { queue, timeoutMs } = this.#options;
    const { board, change } = this.#authorize(viewer, input);
    if (!queue) throw new StandingsError("queueOff");
    const deadline = performance.now() + timeoutMs;
    await this.#leaderboard.takeToken(board, change);
    return queue.enqueue(board, change, deadline);
  }

  #authorize(viewer: Viewer, input: IncrementInput): { board: Board; change: Change } {
    const authenticated = requireAuthenticated(viewer);
    const board = this.#boards.parse(input.board);
    const userId = parseUserId(input.userId);
    const increment = parseIncrement(input.scoreIncrement);
    const idempotencyKey = input.idempotencyKey == null ? undefined : parseIdempotencyKey(input.idempotencyKey);
    authorizeIncrement(authenticated, userId, increment, this.#options.maxIncrement);
    const ratePolicy = authenticated.role === "player" ? "player" : "service";
    return { board, change: { userId, increment, subject: authenticated.subject, ratePolicy, idempotencyKey, ranked: true } };
  }
}
