import { StandingsError } from "../domain/errors.js";

export interface FairQueueOptions {
  /** How many pieces of work run at once: in all, and for one caller. */
  readonly concurrency: number;
  readonly concurrencyPerCaller: number;
  /** How many may wait for their turn: in all, and for one caller. */
  readonly maxWaiting: number;
  readonly maxWaitingPerCaller: number;
  /** How long a piece of work may wait. */
  readonly timeoutMs: number;
}

interface Waiting {
  start(): void;
}

/**
 * Shares a scarce resource among callers. A caller's next piece of work waits for one turn of each other caller, never
 * for all the work of one of them. O(1) per piece of work, plus a step for each caller that already runs as much as it
 * may.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  #running = 0;
  readonly #runningOf = new Map<string, number>();
  /** The callers that have waiting work, the next one first. */
  readonly #waitingOf = new Map<string, Waiting[]>();
  #waiting = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /**
   * Runs a piece of work when it is the caller's turn.
   *
   * @throws StandingsError `overloaded` when too much work waits already, or the turn does not come in time
   */
  async run<T>(caller: string, work: () => Promise<T>): Promise<T> {
    await this.#turn(caller);
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#count(caller, -1);
      this.#next();
    }
  }

  /** Resolves when the work may start; it then counts as running. */
  #turn(caller: string): Promise<void> {
    // Work that could run never waits, so this overtakes no other caller.
    if (this.#mayRun(caller)) {
      this.#started(caller);
      return Promise.resolve();
    }
    const { maxWaiting, maxWaitingPerCaller, timeoutMs } = this.#options;
    const own = this.#waitingOf.get(caller) ?? [];
    if (this.#waiting >= maxWaiting || own.length >= maxWaitingPerCaller) {
      return Promise.reject(new StandingsError("overloaded"));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#remove(caller, waiting);
        reject(new StandingsError("overloaded"));
      }, timeoutMs);
      const waiting: Waiting = {
        start: () => {
          clearTimeout(timer);
          this.#remove(caller, waiting);
          this.#started(caller);
          resolve();
        },
      };
      own.push(waiting);
      this.#waitingOf.set(caller, own);
      this.#waiting += 1;
    });
  }

  #next(): void {
    if (this.#running >= this.#options.concurrency) return;
    for (const [caller, [first]] of this.#waitingOf) {
      if (!first || !this.#mayRun(caller)) continue;
      first.start();
      // The caller's other work goes to the end of the queue.
      const rest = this.#waitingOf.get(caller);
      this.#waitingOf.delete(caller);
      if (rest) this.#waitingOf.set(caller, rest);
      return;
    }
  }

  #mayRun(caller: string): boolean {
    const { concurrency, concurrencyPerCaller } = this.#options;
    return this.#running < concurrency && (this.#runningOf.get(caller) ?? 0) < concurrencyPerCaller;
  }

  #started(caller: string): void {
    this.#running += 1;
    this.#count(caller, 1);
  }

  #count(caller: string, change: 1 | -1): void {
    const count = (this.#runningOf.get(caller) ?? 0) + change;
    if (count === 0) this.#runningOf.delete(caller);
    else this.#runningOf.set(caller, count);
  }

  #remove(caller: string, waiting: Waiting): void {
    const own = this.#waitingOf.get(caller);
    if (!own) return;
    own.splice(own.indexOf(waiting), 1);
    this.#waiting -= 1;
    if (own.length === 0) this.#waitingOf.delete(caller);
  }
}
