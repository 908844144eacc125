import { StandingsError } from "../domain/errors.js";
import { LastingTrouble } from "../observability/lasting-trouble.js";
import type { Logger } from "../observability/logger.js";
import type { Span, Traces } from "../observability/traces.js";
import { outOfRange, type Change } from "../domain/change.js";
import type { Quota } from "../domain/rate-limit.js";
import type { BatchResult, ChangeOutcome, ScoreStore } from "./score-store.js";
import type { Board } from "../domain/board.js";
import type { WorkMark } from "./work-mark.js";
import { GroupReply, SingleReply, WaitingChange, type Accepted, type Settled } from "./waiting-change.js";
import { batchSpan } from "./batch-span.js";
import { isOutOfMemory, wasNotApplied, type BatchFailure } from "./write-errors.js";

export interface ScoreWriterOptions {
  /** Tells the leader that the board has changes. */
  mark: WorkMark;
  /** Called after each batch that Redis settled. */
  onBatch: (result: BatchResult, durationSeconds: number) => void;
  /** Called after each batch that Redis did not settle. */
  onBatchFailed: (reason: BatchFailure) => void;
  traces: Traces;
  logger: Logger;
}

/** Lua can't take more than some 8,000 values in one call, and each change makes two in the largest of them. */
const maxBatch = 512;
/** What a batch may cost Redis, in microseconds: meanwhile it does nothing else. */
const maxBatchMicros = 3_000;
/** What a change costs Redis, about. */
const microsOf = { change: 5, key: 4, rank: 2 } as const;
/** At 30,000 changes a second, the last change of a full queue waits for a third of a second. */
const maxWaiting = 10_000;
/** How long a batch waits for more changes under load: a call costs Redis some 200 µs, whatever its size. */
const maxGatherMs = 0.5;
const retryDelayMs = 50;
const sweepIntervalMs = 100;

/**
 * Gathers the increments of one board and sends them in batches, one in flight (group commit). While Redis works on one
 * batch the next one fills, so batches grow when Redis is slow. Under load a batch also waits a moment for the callers
 * that the batch before it answered. Promises for each change:
 *
 * - It is sent once. When its answer is lost, the outcome is unknown and the caller is told so. Only a change with an
 *   idempotency key is sent again, until its deadline, because Redis applies such a change at most once.
 * - It is settled before its deadline.
 */
export class ScoreWriter {
  readonly #board: Board;
  readonly #store: ScoreStore;
  readonly #options: ScoreWriterOptions;
  readonly #queue: WaitingChange[] = [];
  readonly #trouble: LastingTrouble;
  #inFlight: readonly WaitingChange[] = [];
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

  /** Whether this object must not be dropped. */
  get isBusy(): boolean {
    return this.#running || this.#options.mark.isDue;
  }

  /**
   * @param deadline in terms of performance.now(): the promise settles by then
   * @throws StandingsError for every outcome but an accepted change
   */
  submit(change: Change, deadline: number): Promise<Accepted> {
    const reply = new SingleReply();
    this.#enqueue(new WaitingChange(change, deadline, reply, 0, this.#options.traces.active));
    return reply.promise;
  }

  /** As `submit`, for changes that stay together and in order. One result a change; never rejects. */
  submitAll(changes: readonly Change[], deadline: number): Promise<readonly Settled[]> {
    const reply = new GroupReply(changes.length);
    const { active } = this.#options.traces;
    for (const [index, change] of changes.entries()) {
      this.#enqueue(new WaitingChange(change, deadline, reply, index, active));
    }
    return reply.promise;
  }

  #enqueue(waiting: WaitingChange): void {
    if (this.#queue.length >= maxWaiting) return waiting.settle(new StandingsError("overloaded"));
    this.#queue.push(waiting);
    if (this.#running) return;
    this.#running = true;
    // Requests that arrived in the same turn of the event loop share the first batch.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    const sweeper = setInterval(() => this.#expire(performance.now()), sweepIntervalMs);
    let lastSize = 0;
    while (this.#queue.length > 0) {
      // Where changes come one by one there is no company to wait for.
      if (lastSize > 1) await this.#gather();
      this.#inFlight = this.#queue.splice(0, this.#nextBatchSize());
      lastSize = this.#inFlight.length;
      if (lastSize === 0) continue; // All of them reached their deadline while the batch was gathered.
      const again = await this.#sendTraced(this.#inFlight);
      this.#inFlight = [];
      if (again.length === 0) continue;
      this.#queue.unshift(...again);
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs));
    }
    clearInterval(sweeper);
    this.#running = false;
  }

  /** Lets the next batch grow, as long as every turn of the event loop brings more changes for it. */
  async #gather(): Promise<void> {
    const until = performance.now() + maxGatherMs;
    let known: number;
    do {
      known = this.#queue.length;
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#queue.length > known && this.#queue.length < maxBatch && performance.now() < until);
  }

  #nextBatchSize(): number {
    let [size, micros] = [0, 0];
    for (const { change } of this.#queue) {
      micros += microsOf.change + (change.idempotencyKey ? microsOf.key : 0) + (change.ranked ? microsOf.rank : 0);
      if (size === maxBatch || (size > 0 && micros > maxBatchMicros)) break;
      size += 1;
    }
    return size;
  }

  /** Changes must not wait behind a batch that Redis does not answer. Those in flight may still be applied. */
  #expire(now: number): void {
    for (const waiting of this.#inFlight) if (waiting.deadline <= now) waiting.settle(lost());
    while (this.#queue[0] && this.#queue[0].deadline <= now) {
      const waiting = this.#queue.shift();
      waiting?.settle(waiting.uncertain ? lost() : new StandingsError("storeFailed", { logged: true }));
    }
  }

  /** The loop goes on in the context of the request that began it, so each batch has to say what it belongs to. */
  #sendTraced(batch: readonly WaitingChange[]): Promise<WaitingChange[]> {
    const { traces } = this.#options;
    if (!traces.on) return this.#send(batch, undefined);
    const span = batchSpan(traces, this.#board, batch);
    return traces.within(span, () => this.#send(batch, span));
  }

  /** @returns the changes to send again */
  async #send(batch: readonly WaitingChange[], span: Span | undefined): Promise<WaitingChange[]> {
    const { mark } = this.#options;
    if (!mark.isTrusted) {
      const failure = await mark.make().then(() => undefined, toError);
      if (failure) return this.#settleUnmarked(batch, failure, span);
    }
    const start = performance.now();
    try {
      const result = await this.#store.applyBatch(
        this.#board,
        batch.map((waiting) => waiting.change),
      );
      if (!result) {
        mark.distrust();
        this.#options.onBatchFailed("recovering");
        span?.end(new StandingsError("recovering"));
        return this.#settleUnsent(batch, () => new StandingsError("recovering"));
      }
      if (result.changed) {
        mark.changed();
        const failure = mark.isTrusted ? undefined : await mark.make().then(() => undefined, toError);
        if (failure) return this.#settleUnknown(batch, failure, span);
      }
      for (const [index, waiting] of batch.entries()) waiting.settle(toSettled(result.outcomes[index], result));
      this.#options.onBatch(result, (performance.now() - start) / 1000);
      span?.end();
      this.#trouble.isOver();
      return [];
    } catch (error) {
      if (!wasNotApplied(error)) return this.#settleUnknown(batch, error, span);
      this.#fails("not_applied", error, span);
      return this.#settleUnsent(batch, () => notApplied(error));
    }
  }

  /**
   * The board could not be marked, so the batch was not sent. Whatever may have come of the mark, the changes may be
   * sent again.
   */
  #settleUnmarked(batch: readonly WaitingChange[], error: Error, span: Span | undefined): WaitingChange[] {
    this.#fails("not_applied", error, span);
    if (wasNotApplied(error)) return this.#settleUnsent(batch, () => notApplied(error));
    return [...batch];
  }

  /** The batch may have been applied; so the board is marked, though nobody is told of these changes. */
  #settleUnknown(batch: readonly WaitingChange[], error: unknown, span: Span | undefined): WaitingChange[] {
    this.#fails("unknown", error, span);
    this.#options.mark.changed();
    for (const waiting of batch) waiting.uncertain = true;
    return this.#settleUncertain(batch);
  }

  #fails(reason: BatchFailure, error: unknown, span: Span | undefined): void {
    span?.end(error);
    this.#trouble.is(error instanceof Error ? error.message : String(error), error);
    this.#options.onBatchFailed(reason);
  }

  /** No change of this batch was applied by this call. A change that was uncertain before it still is. */
  #settleUnsent(batch: readonly WaitingChange[], error: () => StandingsError): WaitingChange[] {
    for (const waiting of batch) if (!waiting.uncertain) waiting.settle(error());
    return this.#settleUncertain(batch.filter((waiting) => waiting.uncertain));
  }

  #settleUncertain(batch: readonly WaitingChange[]): WaitingChange[] {
    const now = performance.now();
    const [again, givenUp]: [WaitingChange[], WaitingChange[]] = [[], []];
    for (const waiting of batch) {
      const safe = waiting.change.idempotencyKey !== undefined && waiting.deadline > now + retryDelayMs;
      (safe ? again : givenUp).push(waiting);
    }
    for (const waiting of givenUp) waiting.settle(lost());
    return again;
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The batch's failure was logged already. */
function notApplied(cause: unknown): StandingsError {
  return new StandingsError(isOutOfMemory(cause) ? "overloaded" : "storeFailed", { cause, logged: true });
}

function lost(): StandingsError {
  return new StandingsError("unknownOutcome", { logged: true });
}

function toSettled(outcome: ChangeOutcome | undefined, { position, topScores }: BatchResult): Settled {
  switch (outcome?.kind) {
    case "accepted": {
      // Spreading `outcome` would cost a microsecond for each increment.
      const { kind, replayed, changed, entry, revision, quota } = outcome;
      return { kind, replayed, changed, entry, revision, quota, topScores, epoch: position.epoch };
    }
    case "keyReused":
      return new StandingsError("keyReused");
    case "outOfRange":
      return outOfRange("scoreIncrement");
    case "seasonClosed":
    case "boardArchived":
      return new StandingsError(outcome.kind);
    case "rateLimited":
      return rateLimited(outcome.retryAfterMs, outcome.quota);
    default:
      return new StandingsError("storeFailed");
  }
}

export function rateLimited(retryAfterMs: number, quota?: Quota): StandingsError {
  return new StandingsError("rateLimited", { retryAfter: Math.max(1, Math.ceil(retryAfterMs / 1000)), quota });
}
