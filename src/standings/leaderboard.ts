import { EventEmitter } from "node:events";
import { LRUCache } from "lru-cache";
import { StandingsError, type ErrorKind, toStandingsError } from "../domain/errors.js";
import type { Logger } from "../observability/logger.js";
import { noTraces, type Traces } from "../observability/traces.js";
import type { KeyClaims } from "./key-claims.js";
import type { Position } from "../domain/position.js";
import type { Change } from "../domain/change.js";
import type { BatchResult, BoardFacts, ScoreStore } from "./score-store.js";
import { rateLimited, ScoreWriter } from "./score-writer.js";
import type { Accepted, Settled } from "./waiting-change.js";
import { WorkMark } from "./work-mark.js";
import type { WorkSet } from "./work-set.js";
import type { BatchFailure } from "./write-errors.js";
import type { Board } from "../domain/board.js";
import type { Revision, ScoreEntry } from "../domain/score.js";
import { OnDemand } from "../timing/on-demand.js";
import { maxLimit, type Neighbourhood, type Place, type PlacedSnapshot, type Snapshot } from "../domain/views.js";

export interface LeaderboardOptions {
  /** Tells the leader which boards have changes. */
  work: WorkSet;
  /** Resolves when a change is as durable as promised. Undefined: Redis' acknowledgement is enough. */
  whenDurable: ((board: Board, position: Position, deadline: number) => Promise<void>) | undefined;
  /** Set where the script itself can't claim idempotency keys. */
  claims?: KeyClaims | undefined;
  /** How long an increment may wait for Redis and PostgreSQL. */
  timeoutMs: number;
  /** Whether there is no room for more changes. */
  isFull: () => boolean;
  traces?: Traces;
  logger: Logger;
}

/** The events that a leaderboard emits for the changes of this process. */
export interface BoardChanges {
  /** After each batch: the outcomes of its changes, and how long Redis took, in seconds. */
  batch: [board: Board, result: BatchResult, seconds: number];
  /** After each batch that Redis did not settle. */
  batchFailed: [board: Board, reason: BatchFailure];
  /** Redis refused changes of a board, or does not know it: the leader has to open it. At most once a second a board. */
  closed: [board: Board];
  /** This process has not changed a board for a while. */
  idle: [board: Board];
}

/** The seconds after which a caller should retry when Redis is full. */
const retryWhenFull = 5;
const tellIntervalMs = 1_000;
const maxTold = 10_000;

/**
 * The live standings of all boards: changes and reads. It knows no viewers, tokens or transports, and callers have made
 * sure that a board exists. Only boards that change take memory here.
 */
export class Leaderboard {
  readonly changes = new EventEmitter<BoardChanges>();
  readonly #store: ScoreStore;
  readonly #writers: OnDemand<Board, ScoreWriter>;
  /** The boards of which `closed` has told lately. */
  readonly #told = new LRUCache<Board, true>({ max: maxTold, ttl: tellIntervalMs });
  readonly #whenDurable: LeaderboardOptions["whenDurable"];
  readonly #isFull: LeaderboardOptions["isFull"];
  readonly #claims: KeyClaims | undefined;
  readonly #timeoutMs: number;

  constructor(store: ScoreStore, options: LeaderboardOptions) {
    const { work, whenDurable, claims, timeoutMs, isFull, traces = noTraces, logger } = options;
    this.#claims = claims;
    this.#isFull = isFull;
    this.#timeoutMs = timeoutMs;
    this.#store = store;
    this.#whenDurable = whenDurable;
    this.#writers = new OnDemand({
      make: (board) => {
        const onBatch = (result: BatchResult, seconds: number) =>
          void this.changes.emit("batch", board, result, seconds);
        const onBatchFailed = (reason: BatchFailure) => {
          this.changes.emit("batchFailed", board, reason);
          if (reason === "recovering") this.#isClosed(board);
        };
        const mark = new WorkMark(board, work, (error) =>
          logger.debug({ err: error, board }, "a board could not be marked as changed; trying again"),
        );
        return new ScoreWriter(board, store, { mark, onBatch, onBatchFailed, traces, logger });
      },
      isBusy: (writer) => writer.isBusy,
      onDropped: (_writer, board) => void this.changes.emit("idle", board),
    });
  }

  /**
   * Applies one change, in a batch with the other changes that wait for the same board.
   *
   * @returns the player's row after the change, the change's revision, and the ten best entries after its batch
   * @throws StandingsError `keyReused`, `badInput` (total out of range), `rateLimited`, `recovering`, `overloaded`,
   * `storeFailed` (nothing was changed) or `unknownOutcome`, within 5 s
   */
  async increment(board: Board, change: Change): Promise<Accepted> {
    if (this.#claims) {
      const [result] = await this.applyAll(board, [change]);
      if (result === undefined || result instanceof StandingsError) throw result ?? new StandingsError("storeFailed");
      return result;
    }
    const { writer, deadline } = this.#begin(board);
    const accepted = await writer.submit(change, deadline);
    if (this.#whenDurable) await this.#whenDurable(board, accepted, deadline);
    return accepted;
  }

  /**
   * Applies changes, in order. They stay together, and each is judged by itself.
   *
   * @returns one result a change, in their order: as `increment` gives it, or the error that `increment` throws
   * @throws StandingsError `overloaded`, before anything is sent
   */
  async applyAll(board: Board, changes: readonly Change[]): Promise<readonly Settled[]> {
    const { writer, deadline } = this.#begin(board);
    const submit = (some: readonly Change[]) => writer.submitAll(some, deadline);
    const results = this.#claims ? await this.#claims.around(board, changes, deadline, submit) : await submit(changes);
    return this.#whenDurable ? this.#untilDurable(board, results, deadline) : results;
  }

  /** Waits for the newest change, and for the others with it. */
  async #untilDurable(board: Board, results: readonly Settled[], deadline: number): Promise<readonly Settled[]> {
    const newest = newestOf(results);
    if (!newest) return results;
    try {
      await this.#whenDurable?.(board, newest, deadline);
      return results;
    } catch (error) {
      const failure = toStandingsError(error);
      return results.map((result) => (result instanceof StandingsError ? result : failure));
    }
  }

  #begin(board: Board): { writer: ScoreWriter; deadline: number } {
    if (this.#isFull()) throw new StandingsError("overloaded", { retryAfter: retryWhenFull });
    return { writer: this.#writers.get(board), deadline: performance.now() + this.#timeoutMs };
  }

  /**
   * Charges changes of one subject that are applied later to its rate limit, the one that `increment` charges.
   *
   * @returns one result a change: undefined for those that passed, which are the first ones, `rateLimited` for the others
   * @throws StandingsError `storeFailed` within 4 s
   */
  async takeTokens(board: Board, changes: readonly Change[]): Promise<readonly (StandingsError | undefined)[]> {
    const [first] = changes;
    if (!first) return [];
    const { taken, waitMs } = await this.#access("storeFailed", () =>
      this.#store.takeTokens(board, first, changes.length),
    );
    return changes.map((_change, index) => (index < taken ? undefined : rateLimited(waitMs)));
  }

  /** The best entries, highest score first. O(log n + limit). */
  async topScores(board: Board, limit: number): Promise<readonly ScoreEntry[]> {
    return (await this.#read(board, () => this.#store.readTop(board, limit))).snapshot.entries;
  }

  /** A player's row with its neighbours; empty when the player has no score. O(log n + radius). */
  async scoresAround(board: Board, place: Place): Promise<readonly ScoreEntry[]> {
    const [neighbourhood] = await this.neighbourhoods(board, [place]);
    return neighbourhood?.entries ?? [];
  }

  /** The rows around several players, in their order, all at one revision, in one step of Redis. */
  async neighbourhoods(board: Board, places: readonly Place[]): Promise<readonly Neighbourhood[]> {
    return this.#read(board, () => this.#store.readAround(board, places));
  }

  /** The best `maxLimit` entries and their revision. */
  async snapshot(board: Board): Promise<Snapshot> {
    return (await this.newestSnapshot(board)).snapshot;
  }

  /**
   * The best `maxLimit` entries.
   *
   * @param known what this method gave before. It is given back, in O(1), while the board has not changed since
   */
  async newestSnapshot(board: Board, known?: PlacedSnapshot): Promise<PlacedSnapshot> {
    return this.#read(board, () => this.#store.readTop(board, maxLimit, known));
  }

  async revision(board: Board): Promise<Revision> {
    return this.#read(board, () => this.#store.readRevision(board));
  }

  /** What is known of a board beside its rows. O(1). */
  async facts(board: Board): Promise<BoardFacts> {
    return this.#read(board, () => this.#store.readFacts(board));
  }

  /** How many changes wait to be sent to Redis. */
  get waiting(): number {
    let sum = 0;
    for (const writer of this.#writers.values()) sum += writer.waiting;
    return sum;
  }

  /**
   * Reads go on while a board is closed to writes. They fail when Redis does not know the board: "empty" would be
   * wrong.
   */
  async #read<T>(board: Board, operation: () => Promise<T | undefined>): Promise<T> {
    const result = await this.#access("unanswered", operation);
    if (result !== undefined) return result;
    this.#isClosed(board);
    throw new StandingsError("unreadable");
  }

  #isClosed(board: Board): void {
    if (this.#told.has(board)) return;
    this.#told.set(board, true);
    this.changes.emit("closed", board);
  }

  async #access<T>(failure: ErrorKind, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      throw new StandingsError(failure, { cause: error });
    }
  }
}

function newestOf(results: readonly Settled[]): Accepted | undefined {
  let newest: Accepted | undefined;
  for (const result of results) {
    if (!(result instanceof StandingsError) && (!newest || result.revision > newest.revision)) newest = result;
  }
  return newest;
}
