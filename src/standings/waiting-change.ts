import type { Change } from "../domain/change.js";
import { StandingsError } from "../domain/errors.js";
import type { Position } from "../domain/position.js";
import type { Span } from "../observability/traces.js";
import type { BatchResult, ChangeOutcome } from "./score-store.js";

/** An accepted change, with the epoch and the top scores of the batch that it was part of. */
export type Accepted = Extract<ChangeOutcome, { kind: "accepted" }> &
  Pick<BatchResult, "topScores"> &
  Pick<Position, "epoch">;

/** What became of a change. */
export type Settled = Accepted | StandingsError;

/** Hears what becomes of changes that were sent together. A change may be settled twice; the first time counts. */
export interface Reply {
  settle(index: number, result: Settled): void;
}

/** A change on its way to Redis. */
export class WaitingChange {
  readonly change: Change;
  /** In terms of performance.now(). */
  readonly deadline: number;
  /** True once the change was sent and its answer was lost: it may have been applied. */
  uncertain = false;
  /** The request's span, if it is traced. */
  readonly span: Span | undefined;
  readonly #reply: Reply;
  readonly #index: number;

  constructor(change: Change, deadline: number, reply: Reply, index: number, span?: Span) {
    this.change = change;
    this.deadline = deadline;
    this.#reply = reply;
    this.#index = index;
    this.span = span;
  }

  settle(result: Settled): void {
    this.#reply.settle(this.#index, result);
  }
}

/** The reply to a change that was sent alone: a promise. */
export class SingleReply implements Reply {
  readonly promise: Promise<Accepted>;
  readonly #resolve: (accepted: Accepted) => void;
  readonly #reject: (error: StandingsError) => void;

  constructor() {
    ({ promise: this.promise, resolve: this.#resolve, reject: this.#reject } = withResolvers<Accepted>());
  }

  settle(_index: number, result: Settled): void {
    if (result instanceof StandingsError) this.#reject(result);
    else this.#resolve(result);
  }
}

/** The reply to several changes: one promise for them all, since one each would cost as much as the changes. */
export class GroupReply implements Reply {
  readonly promise: Promise<readonly Settled[]>;
  readonly #resolve: (results: readonly Settled[]) => void;
  readonly #results: Settled[];
  #missing: number;

  constructor(count: number) {
    ({ promise: this.promise, resolve: this.#resolve } = withResolvers<readonly Settled[]>());
    this.#results = new Array<Settled>(count);
    this.#missing = count;
    if (count === 0) this.#resolve([]);
  }

  settle(index: number, result: Settled): void {
    if (this.#results[index] !== undefined) return;
    this.#results[index] = result;
    this.#missing -= 1;
    if (this.#missing === 0) this.#resolve(this.#results);
  }
}

/** As Promise.withResolvers, which Node.js 20 lacks. */
function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: StandingsError) => void;
  const promise = new Promise<T>((onResolved, onRejected) => {
    resolve = onResolved;
    reject = onRejected;
  });
  return { promise, resolve, reject };
}
