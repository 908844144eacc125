import type { BoardDirectory } from "../boards/directory.js";
import { badInput, StandingsError, toStandingsError } from "../domain/errors.js";
import type { Leaderboard } from "../standings/leaderboard.js";
import type { Accepted, Settled } from "../standings/waiting-change.js";
import { outOfRange, parseIdempotencyKey, parseSeason, type Change } from "../domain/change.js";
import type { BoardDefinition } from "../domain/board.js";
import { parseUserId } from "../domain/player.js";
import type { SeasonNumber } from "../domain/season.js";
import { authorizeBoard, authorizeChange, authorizeIncrement } from "../auth/permissions.js";
import { requireAuthenticated, type AuthenticatedViewer, type Viewer } from "../auth/roles.js";
import type { RequestOrigin } from "../observability/request-id.js";
import type { RequestLog } from "../observability/sampled-log.js";
import {
  amountOf,
  parseAmount,
  type Amount,
  type BatchInput,
  type ChangeInput,
  type SingleChangeInput,
} from "./change-input.js";
import type { OperationMetrics } from "./metrics.js";

/** The queue of changes that are applied later. */
export interface ScoreChangeQueue {
  /**
   * Resolves when the change can no longer get lost.
   *
   * @param deadline in terms of performance.now(): the promise settles by then
   * @returns the id of its message
   * @throws StandingsError `brokerFailed` or `overloaded` (the change is not in the queue), `unknownOutcome`
   */
  enqueue(board: BoardDefinition, change: Change, deadline: number): Promise<string>;
}

export interface ScoreChangesOptions {
  /** The largest increment that a player may send. */
  maxIncrement: number;
  /** Undefined: changes can't be applied later. */
  queue: ScoreChangeQueue | undefined;
  /** How long accepting a change for later may wait for Redis and the queue. */
  timeoutMs: number;
  metrics: Pick<OperationMetrics, "batchErrors">;
  log: RequestLog;
}

const maxBatch = 100;

/**
 * Every change of a score by a viewer goes through this class: checked, authorised, then applied or queued. A batch is
 * refused as a whole only for what concerns all its changes: the token, the board, their number.
 */
export class ScoreChanges {
  readonly #boards: BoardDirectory;
  readonly #leaderboard: Leaderboard;
  readonly #options: ScoreChangesOptions;

  constructor(boards: BoardDirectory, leaderboard: Leaderboard, options: ScoreChangesOptions) {
    this.#boards = boards;
    this.#leaderboard = leaderboard;
    this.#options = options;
  }

  /**
   * @param ranked whether the answer shows the rank
   * @throws StandingsError: see `permissions.ts` and `Leaderboard.increment`
   */
  async submit(viewer: Viewer, input: SingleChangeInput, ranked: boolean): Promise<Accepted> {
    const { board, change } = await this.#authorize(viewer, input, ranked);
    return this.#leaderboard.increment(board.id, change);
  }

  /**
   * Applies 1 to 100 changes of one board in their order. A change that fails does not disturb the others.
   *
   * @param ranked whether the answer shows the ranks
   * @param request names the batch in the log
   * @returns one result a change, in their order
   * @throws StandingsError `unauthenticated`, `forbidden` or `badInput` (the board), `badInput` (the number of changes)
   */
  async submitAll(
    viewer: Viewer,
    batch: BatchInput,
    ranked: boolean,
    request?: RequestOrigin,
  ): Promise<readonly Settled[]> {
    const { board, judged } = await this.#authorizeAll(viewer, batch, ranked);
    return this.#settle(judged, request, async (changes) => {
      const results = await this.#leaderboard.applyAll(board.id, changes);
      return results.map((result) => (isOutOfRange(result) ? outOfRange("increment") : result));
    });
  }

  /**
   * Accepts a change that is applied later. Some errors appear only then (a total out of range, a key that was used
   * with other arguments, a season that has ended or a board that was archived meanwhile). Only operators see those.
   *
   * @returns the id of its message
   * @throws StandingsError: see `permissions.ts`, `Leaderboard.takeTokens` and `ScoreChangeQueue.enqueue`; `queueOff`,
   * `boardArchived`
   */
  async enqueue(viewer: Viewer, input: SingleChangeInput): Promise<string> {
    const { board, change } = await this.#authorize(viewer, input, false);
    const [result = unanswered()] = await this.#acceptAll(this.#queue(), board, [change], this.#deadline());
    if (result instanceof StandingsError) throw result;
    return result;
  }

  /**
   * Accepts 1 to 100 changes of one board that are applied later; see `enqueue`. All are published at once, so a batch
   * waits for the broker as long as one change does.
   *
   * @returns one result a change, in their order: the id of its message, or an error
   * @throws StandingsError `unauthenticated`, `forbidden` or `badInput` (the board), `badInput` (the number of changes), `queueOff`
   */
  async enqueueAll(
    viewer: Viewer,
    batch: BatchInput,
    request?: RequestOrigin,
  ): Promise<readonly (string | StandingsError)[]> {
    const { board, judged } = await this.#authorizeAll(viewer, batch, false);
    const [queue, deadline] = [this.#queue(), this.#deadline()];
    return this.#settle(judged, request, (changes) => this.#acceptAll(queue, board, changes, deadline));
  }

  /** @param changes of one subject */
  async #acceptAll(
    queue: ScoreChangeQueue,
    board: BoardDefinition,
    changes: readonly Change[],
    deadline: number,
  ): Promise<readonly (string | StandingsError)[]> {
    // An archived board stays archived, so its changes could only be set aside.
    if (board.archived) return changes.map(() => new StandingsError("boardArchived"));
    try {
      // All changes of one call are for the same season.
      const wanted = changes[0]?.season;
      const isClosed = wanted !== undefined && wanted !== (await this.#leaderboard.facts(board.id)).season.number;
      if (isClosed) return changes.map(() => new StandingsError("seasonClosed"));
      const refusals = await this.#leaderboard.takeTokens(board.id, changes);
      return await Promise.all(
        changes.map(
          async (change, index) => refusals[index] ?? queue.enqueue(board, change, deadline).catch(toStandingsError),
        ),
      );
    } catch (error) {
      const failure = toStandingsError(error);
      return changes.map(() => failure);
    }
  }

  #queue(): ScoreChangeQueue {
    const { queue } = this.#options;
    if (!queue) throw new StandingsError("queueOff");
    return queue;
  }

  #deadline(): number {
    return performance.now() + this.#options.timeoutMs;
  }

  async #authorize(
    viewer: Viewer,
    { board: id, userId, amount, field, idempotencyKey, season }: SingleChangeInput,
    ranked: boolean,
  ): Promise<{ board: BoardDefinition; change: Change }> {
    const authenticated = requireAuthenticated(viewer);
    const board = this.#boards.known(id) ?? (await this.#boards.parse(id));
    authorizeBoard(authenticated, board.id);
    const about = { board, season: parseSeason(season), ranked };
    return {
      board,
      change: this.#toChange(authenticated, about, { userId, idempotencyKey }, { value: amount, field }),
    };
  }

  /** @returns each change, or the error that it meets before it is sent */
  async #authorizeAll(
    viewer: Viewer,
    { board: id, changes, season }: BatchInput,
    ranked: boolean,
  ): Promise<{ board: BoardDefinition; judged: readonly (Change | StandingsError)[] }> {
    const authenticated = requireAuthenticated(viewer);
    const board = this.#boards.known(id) ?? (await this.#boards.parse(id));
    authorizeBoard(authenticated, board.id);
    if (changes.length < 1 || changes.length > maxBatch) {
      throw badInput(`changes must hold 1 to ${maxBatch} changes, not ${changes.length}.`);
    }
    const about = { board, season: parseSeason(season), ranked };
    const judged = changes.map((input) => {
      try {
        return this.#toChange(authenticated, about, input, amountOf(input, board.operator));
      } catch (error) {
        return toStandingsError(error);
      }
    });
    return { board, judged };
  }

  /** @throws StandingsError `badInput`, or see `authorizeChange` */
  #toChange(
    viewer: AuthenticatedViewer,
    { board, season, ranked }: { board: BoardDefinition; season: SeasonNumber | undefined; ranked: boolean },
    input: Pick<ChangeInput, "userId" | "idempotencyKey">,
    given: Amount,
  ): Change {
    const userId = parseUserId(input.userId);
    const amount = parseAmount(given, board.operator);
    const idempotencyKey = input.idempotencyKey == null ? undefined : parseIdempotencyKey(input.idempotencyKey);
    authorizeChange(viewer, board, userId);
    if (given.field !== "score") authorizeIncrement(viewer, amount, given.field, this.#options.maxIncrement);
    const ratePolicy = viewer.role === "player" ? "player" : "service";
    return { userId, amount, season, subject: viewer.subject, ratePolicy, idempotencyKey, ranked };
  }

  /**
   * Applies the changes that may be sent, and puts their results between the errors of the others. Counts and logs
   * errors here, because transports answer the batch as a success.
   */
  async #settle<T>(
    judged: readonly (Change | StandingsError)[],
    request: RequestOrigin | undefined,
    apply: (changes: readonly Change[]) => Promise<readonly (T | StandingsError)[]>,
  ): Promise<readonly (T | StandingsError)[]> {
    const changes = judged.filter((each): each is Change => !(each instanceof StandingsError));
    const applied = changes.length === 0 ? [] : await apply(changes);
    let next = 0;
    const results = judged.map((each) => (each instanceof StandingsError ? each : (applied[next++] ?? unanswered())));
    const { metrics, log } = this.#options;
    for (const result of results) {
      if (!(result instanceof StandingsError)) continue;
      metrics.batchErrors.inc({ code: result.code });
      if (result.isUnloggedFault) log.error({ err: result, request }, "a change of a batch failed");
    }
    return results;
  }
}

/** Makes a batch's answer: one part a change, from its userId and its result. */
export function answerEach<Result, Part>(
  { changes }: BatchInput,
  results: readonly (Result | StandingsError)[],
  answer: (userId: string, result: Result | StandingsError) => Part,
): Part[] {
  return changes.map(({ userId }, index) => answer(userId, results[index] ?? unanswered()));
}

function unanswered(): StandingsError {
  return new StandingsError("internal", { cause: new Error("a change of a batch has no result") });
}

/** The leaderboard refuses a change as bad input for its total alone, and names the field of a single increment. */
function isOutOfRange(result: unknown): boolean {
  return result instanceof StandingsError && result.kind === "badInput";
}
