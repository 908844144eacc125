import { StandingsError } from "../domain/errors.js";
import type { Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";
import type { Service } from "../lifecycle.js";
import { OnDemand } from "../timing/on-demand.js";
import type { Channels, Unsubscribe } from "./channels.js";

interface Waiter {
  readonly position: Position;
  readonly resolve: () => void;
  readonly reject: (error: StandingsError) => void;
  readonly deadline: number;
}

interface Progress {
  synced: Position | undefined;
  readonly waiters: Set<Waiter>;
}

const sweepIntervalMs = 100;

/**
 * `DURABILITY=postgres`: holds an increment's answer back until the worker reports that PostgreSQL has the change. The
 * worker reports its position after every pass, so the next message makes up for a lost one. Boards on which nothing
 * waits take no memory.
 */
export class SyncProgress implements Service {
  readonly name = "sync-progress";
  readonly #channels: Channels;
  readonly #boards = new OnDemand<Board, Progress>({
    make: () => ({ synced: undefined, waiters: new Set<Waiter>() }),
    isBusy: ({ waiters }) => waiters.size > 0,
  });
  #unsubscribe: Unsubscribe | undefined;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  async start(): Promise<void> {
    this.#unsubscribe = await this.#channels.onSynced((board, position) => {
      const progress = this.#boards.peek(board);
      if (progress) advance(progress, position);
    });
    this.#sweeper = setInterval(() => this.#expire(performance.now()), sweepIntervalMs);
  }

  stop(): Promise<void> {
    this.#unsubscribe?.();
    clearInterval(this.#sweeper);
    this.#expire(Infinity);
    this.#boards.clear();
    return Promise.resolve();
  }

  /**
   * Resolves when PostgreSQL holds this change.
   *
   * @param deadline in terms of performance.now()
   * @throws StandingsError `unknownOutcome` when it takes too long, or when the board was rebuilt meanwhile
   */
  wait(board: Board, position: Position, deadline: number): Promise<void> {
    const progress = this.#boards.get(board);
    return new Promise((resolve, reject) => {
      const waiter = { position, resolve, reject, deadline };
      if (!isSettled(waiter, progress.synced)) progress.waiters.add(waiter);
    });
  }

  #expire(now: number): void {
    for (const { waiters } of this.#boards.values()) {
      for (const waiter of waiters) {
        if (waiter.deadline > now) continue;
        waiter.reject(new StandingsError("unknownOutcome"));
        waiters.delete(waiter);
      }
    }
  }
}

function advance(progress: Progress, synced: Position): void {
  progress.synced = synced;
  for (const waiter of progress.waiters) if (isSettled(waiter, synced)) progress.waiters.delete(waiter);
}

/**
 * Settles a waiter if its outcome is known. Within an epoch the revision decides. A later epoch may have been built
 * without the change, so its outcome is unknown.
 */
function isSettled({ position, resolve, reject }: Waiter, synced: Position | undefined): boolean {
  if (!synced || synced.epoch < position.epoch) return false;
  if (synced.epoch > position.epoch) reject(new StandingsError("unknownOutcome"));
  else if (synced.revision >= position.revision) resolve();
  else return false;
  return true;
}
