import type { Board } from "../domain/board.js";
import { trustMs, type WorkSet } from "./work-set.js";

/** How long after a change its board is marked again, so that changes rarely have to wait for a mark. */
const renewAfterMs = trustMs / 2;

/** One process' mark on a board that it changes; see `WorkSet` for what it is for. */
export class WorkMark {
  readonly #board: Board;
  readonly #work: WorkSet;
  readonly #onFailure: (error: unknown) => void;
  /** In terms of performance.now(). */
  #trustedUntil = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** @param onFailure called when the board could not be marked in the background; it is tried again */
  constructor(board: Board, work: WorkSet, onFailure: (error: unknown) => void) {
    this.#board = board;
    this.#work = work;
    this.#onFailure = onFailure;
  }

  get isTrusted(): boolean {
    return performance.now() < this.#trustedUntil;
  }

  /** Whether a mark is due, so that this object must not be dropped. */
  get isDue(): boolean {
    return this.#timer !== undefined;
  }

  /** Marks the board. @throws the connection's error: the board may be unmarked */
  async make(): Promise<void> {
    const asked = performance.now();
    await this.#work.mark(this.#board);
    this.#trustedUntil = asked + trustMs;
  }

  /** Redis has lost the board, and so it may have lost the mark. */
  distrust(): void {
    this.#trustedUntil = -Infinity;
  }

  /** Says that the board was changed, or may have been. Marks it once more a while later. */
  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.make().catch((error: unknown) => {
        this.#onFailure(error);
        this.changed();
      });
    }, renewAfterMs).unref();
  }
}
