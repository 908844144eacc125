import { StandingsError } from "../domain/errors.js";
import { LastingTrouble } from "../observability/lasting-trouble.js";
import type { Logger } from "../observability/logger.js";
import type { Change } from "../domain/change.js";
import type { BatchResult, ChangeOutcome, ScoreStore } from "./score-store.js";
import type { Position } from "../domain/position.js";
import type { Board } from "../domain/board.js";

/** An accepted change, with the epoch and the top scores of the batch that it was part of. */
export type Accepted = Extract<ChangeOutcome, { kind: "accepted" }> &
  Pick<BatchResult, "topScores"> &
  Pick<Position, "epoch">;

export interface ScoreWriterOptions {
  /** Called after each batch that changed the board. */
  onBatch: (result: BatchResult, durationSeconds: number) => void;
  logger: Logger;
}

interface Waiting {
  readonly change: Change;
  readonly deadline: number;
  readonly resolve: (accepted: Accepted) => void;
  readonly reject: (error: StandingsError) => void;
  /** True once the change was sent and its answer was lost: it may have been applied. */
  uncertain: boolean;
}

/** At 15 to 24 µs of Redis a change, a batch keeps Redis busy for 2 to 3 ms at most. */
const maxBatch = 128;
/** At 30,000 changes a second, the last change of a full queue waits for a third of a second. */
const maxWaiting = 10_000;
const retryDelayMs = 50;
const sweepIntervalMs = 100;

/**
 * Gathers the increments of one board and sends them in batches, one in flight (group commit). While Redis works on one
 * batch the next one fills, so batches grow when Redis is slow. Promises for each change:
 *
 * - It is sent once. When its answer is lost, the outcome is unknown and the caller is told so. Only a change with an
 *   idempotency key is sent again, until its deadline, because Redis applies such a change at most once.
 * - It is settled before its deadline.
 */
export class ScoreWriter {
  readonly #board: Board;
  readonly #store: ScoreStore;
  readonly #options: ScoreWriterOptions;
  readonly #queue: Waiting[] = [];
  readonly #trouble: LastingTrouble;
  #inFlight: readonly Waiting[] = [];
  #running = false;

  constructor(board: Board, store: ScoreStore, options: ScoreWriterOptions) {
    this.#board = board;
    this.#store = store;
    this.#options = options;
    const { logger } = options;
    // Don't log a line per batch: while Redis is down there may be hundreds a second, and any caller can cause them.
    this.#trouble = new LastingTrouble({
      tell: (_message, error) => logger.error({ err: error, board }, "changes can't be applied"),
      over: () => logger.info({ board }, "changes are applied again"),
    });
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * @param deadline in terms of performance.now(): the promise settles by then
   * @throws StandingsError for every outcome but an accepted change
   */
  submit(change: Change, deadline: number): Promise<Accepted> {
    if (this.#queue.length >= maxWaiting) return Promise.reject(new StandingsError("overloaded"));
    return new Promise((resolve, reject) => {
      this.#queue.push({ change, deadline, resolve, reject, uncertain: false });
      if (this.#running) return;
      this.#running = true;
      // Requests that arrived in the same turn of the event loop share the first batch.
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    const sweeper = setInterval(() => this.#expire(performance.now()), sweepIntervalMs);
    while (this.#queue.length > 0) {
      this.#inFlight = this.#queue.splice(0, maxBatch);
      const again = await this.#send(this.#inFlight);
      this.#inFlight = [];
      if (again.length === 0) continue;
      this.#queue.unshift(...again);
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs));
    }
    clearInterval(sweeper);
    this.#running = false;
  }

  /** Changes must not wait behind a batch that Redis does not answer. Those in flight may still be applied. */
  #expire(now: number): void {
    for (const waiting of this.#inFlight) if (waiting.deadline <= now) waiting.reject(lost());
    while (this.#queue[0] && this.#queue[0].deadline <= now) {
      const waiting = this.#queue.shift();
      waiting?.reject(waiting.uncertain ? lost() : new StandingsError("storeFailed", { logged: true }));
    }
  }

  /** @returns the changes to send again */
  async #send(batch: readonly Waiting[]): Promise<Waiting[]> {
    const start = performance.now();
    try {
      const result = await this.#store.applyBatch(
        this.#board,
        batch.map((waiting) => waiting.change),
      );
      if (!result) return this.#settleUnsent(batch, () => new StandingsError("recovering"));
      for (const [index, waiting] of batch.entries()) settle(waiting, result.outcomes[index], result);
      this.#options.onBatch(result, (performance.now() - start) / 1000);
      this.#trouble.isOver();
      return [];
    } catch (error) {
      this.#trouble.is(error instanceof Error ? error.message : String(error), error);
      if (wasNotApplied(error)) {
        const kind = isOutOfMemory(error) ? "overloaded" : "storeFailed";
        return this.#settleUnsent(batch, () => new StandingsError(kind, { cause: error, logged: true }));
      }
      for (const waiting of batch) waiting.uncertain = true;
      return this.#settleUncertain(batch);
    }
  }

  /** No change of this batch was applied by this call. A change that was uncertain before it still is. */
  #settleUnsent(batch: readonly Waiting[], error: () => StandingsError): Waiting[] {
    for (const waiting of batch) if (!waiting.uncertain) waiting.reject(error());
    return this.#settleUncertain(batch.filter((waiting) => waiting.uncertain));
  }

  #settleUncertain(batch: readonly Waiting[]): Waiting[] {
    const now = performance.now();
    const [again, givenUp]: [Waiting[], Waiting[]] = [[], []];
    for (const waiting of batch) {
      const safe = waiting.change.idempotencyKey !== undefined && waiting.deadline > now + retryDelayMs;
      (safe ? again : givenUp).push(waiting);
    }
    for (const waiting of givenUp) waiting.reject(lost());
    return again;
  }
}

/** The batch's failure was logged already. */
function lost(): StandingsError {
  return new StandingsError("unknownOutcome", { logged: true });
}

function settle(waiting: Waiting, outcome: ChangeOutcome | undefined, { position, topScores }: BatchResult): void {
  switch (outcome?.kind) {
    case "accepted": {
      // Spreading `outcome` would cost a microsecond for each increment.
      const { kind, replayed, entry, revision } = outcome;
      return waiting.resolve({ kind, replayed, entry, revision, topScores, epoch: position.epoch });
    }
    case "keyReused":
      return waiting.reject(new StandingsError("keyReused"));
    case "outOfRange":
      return waiting.reject(
        new StandingsError("badInput", { message: "scoreIncrement would take the total beyond ±(2^53 - 1)." }),
      );
    case "rateLimited":
      return waiting.reject(rateLimited(outcome.retryAfterMs));
    default:
      return waiting.reject(new StandingsError("storeFailed"));
  }
}

export function rateLimited(retryAfterMs: number): StandingsError {
  return new StandingsError("rateLimited", { retryAfter: Math.max(1, Math.ceil(retryAfterMs / 1000)) });
}

/**
 * Redis' errors for a script that was not run, and ioredis' for a command that was not sent. The script makes no write
 * before it can fail. "Connection is closed." is missing on purpose: ioredis also says it of commands that were sent.
 */
const notApplied =
  /^(OOM|MISCONF|READONLY|LOADING|NOAUTH|NOPERM|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|BUSY|WRONGTYPE)\b|^Stream isn't writeable|^Cluster isn't ready/;

function wasNotApplied(error: unknown): boolean {
  return error instanceof Error && notApplied.test(error.message);
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("OOM");
}
