import type { Board } from "../domain/board.js";
import type { WorkSet } from "../standings/work-set.js";
import type { Service } from "../lifecycle.js";
import { BoardPasses, type BoardPassesOptions } from "./board-passes.js";
import type { Leadership } from "./leader.js";
import { LeadershipLost } from "./leadership-lost.js";
import { Comparison } from "./comparison.js";
import { HistoryUpkeep } from "./history-upkeep.js";
import { expectEvents, expectUpkeep, forgetBoards, type UpkeepTask } from "./metrics.js";
import { Trouble } from "./trouble.js";
import { backOffMs, jittered } from "../timing/backoff.js";
import { within } from "../timing/deadline.js";
import { Loop } from "../timing/loop.js";

export interface SyncWorkerOptions extends BoardPassesOptions {
  /** Undefined: history is kept for ever. */
  historyRetentionDays: number | undefined;
  /** How often the totals of the boards that are looked at are compared; 0: never. */
  compareIntervalMs: number;
  /** The boards that are always looked at. */
  configured: readonly Board[];
  /** The other boards that have to be looked at. */
  work: WorkSet;
  leadership: Leadership;
  intervalMs: number;
  /** How long the last drain may take; the remaining changes are safe in Redis for the next worker. */
  drainTimeoutMs: number;
}

/** How often a worker that does not lead tries to. */
const candidateIntervalMs = 1_000;
const retryWait = { firstMs: 200, maxMs: 5_000 };

/**
 * The loop around `syncScores`: leads or waits, passes on an interval or on request, backs off while a store is down. It
 * looks at the configured boards, those with work (`WorkSet`), and those that are requested. All others cost nothing: it
 * takes a board's lease when the board comes to have work, and drops all that it holds of the board when it is idle.
 */
export class SyncWorker implements Service {
  readonly name = "sync-worker";
  readonly #options: SyncWorkerOptions;
  readonly #passes: BoardPasses;
  readonly #loop = new Loop(() => this.#attempt());
  /** The boards whose work was listed by the last pass, or that had changes since. */
  #listed = new Set<Board>();
  /** Boards with changes that callers wait for, and those that need the leader otherwise. */
  readonly #requested = new Set<Board>();
  #nextPassAt = 0;
  readonly #upkeep: HistoryUpkeep;
  readonly #comparison: Comparison;
  readonly #trouble: Trouble;

  constructor(options: SyncWorkerOptions) {
    const { history, historyRetentionDays: retentionDays, logger, now, metrics, configured, leadership } = options;
    this.#options = options;
    this.#passes = new BoardPasses(options);
    const onFailure = (task: UpkeepTask) => metrics.upkeepFailures.inc({ task });
    this.#upkeep = new HistoryUpkeep({ history, retentionDays, onFailure, logger, now });
    this.#comparison = new Comparison({ ...options, boards: () => new Set([...configured, ...this.#passes.boards]) });
    this.#trouble = new Trouble(logger, () => performance.now());
    expectUpkeep(metrics);
    for (const board of configured) expectEvents(metrics, board);
    metrics.leader.readFrom(() => (leadership.held ? 1 : 0));
    metrics.failuresInARow.readFrom(() => this.#trouble.failures);
  }

  /** Why nothing is synced, for an operator; undefined while the sync works, or after only a failure or two. */
  get trouble(): string | undefined {
    return this.#trouble.reason;
  }

  /** Starts the loop and returns: a worker waits for PostgreSQL, however long that takes. */
  start(): Promise<void> {
    this.#loop.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#comparison.stop();
    await this.#loop.stop();
    await this.#drain();
    await this.#options.leadership.release();
  }

  /**
   * Looks at a board before the interval ends: a caller waits for its changes, it is closed, or its definition has
   * changed. A worker that does not lead ignores this.
   */
  request(board: Board): void {
    if (!this.#options.leadership.held) return;
    this.#requested.add(board);
    // While a store is down the back-off stays.
    if (this.#trouble.failures === 0) this.#loop.wake();
  }

  /** @returns milliseconds until the next attempt */
  async #attempt(): Promise<number> {
    const { intervalMs, metrics, leadership } = this.#options;
    try {
      if (!(await this.#lead())) {
        forgetBoards(metrics);
        this.#trouble.worked(); // Waiting is what a worker that does not lead has to do.
        return candidateIntervalMs;
      }
      const due = performance.now() >= this.#nextPassAt;
      if (due) await this.#passAll();
      else await this.#pass([...this.#requested]);
      if (due) this.#nextPassAt = performance.now() + intervalMs;
      await this.#upkeep.run();
      this.#comparison.runIfDue();
      this.#trouble.worked();
      return this.#requested.size > 0 ? 0 : this.#nextPassAt - performance.now();
    } catch (error) {
      metrics.syncFailures.inc();
      this.#trouble.failed(error);
      if (error instanceof LeadershipLost) await leadership.release();
      return jittered(backOffMs(this.#trouble.failures, retryWait));
    }
  }

  async #lead(): Promise<boolean> {
    const { leadership, logger } = this.#options;
    const led = leadership.held;
    if (!led) {
      this.#passes.clear();
      this.#listed.clear();
    }
    const leads = await leadership.acquire().catch(async (error: unknown) => {
      // While PostgreSQL is away no worker leads, and the changes that pile up matter most.
      await this.#observeBacklogs();
      throw error;
    });
    if (leads && !led) logger.info("this worker leads now");
    return leads;
  }

  /** Looks at every board that may have work, then leaves those that have none; see `WorkSet` for why in this order. */
  async #passAll(): Promise<void> {
    const { configured, work } = this.#options;
    const marked = await work.list();
    const listed = new Set(marked.map(({ board }) => board));
    // Only leaders drop boards, so a mark that is gone was lost by Redis. Processes may still rely on it.
    for (const board of this.#listed) {
      if (!listed.has(board)) await work.mark(board);
      listed.add(board);
    }
    this.#listed = listed;
    await this.#pass([...new Set([...configured, ...listed, ...this.#passes.boards])]);
    for (const { board, isOld } of marked) {
      if (!isOld) continue;
      await work.drop(board);
      listed.delete(board);
    }
    // A board that was marked again meanwhile is listed by the next pass.
    const kept = new Set([...configured, ...listed, ...this.#requested]);
    for (const board of this.#passes.boards) if (!kept.has(board)) this.#passes.leave(board);
  }

  /**
   * One board's failure must not make the others wait: all boards are tried before a failure is thrown. Boards that are
   * requested meanwhile come first, because callers wait for them.
   */
  async #pass(boards: readonly Board[]): Promise<void> {
    const failures: unknown[] = [];
    const waiting = new Set(boards);
    for (const next of waiting) {
      for (const board of new Set([...this.#requested, next])) {
        waiting.delete(board);
        const requested = this.#requested.delete(board);
        try {
          // A board is marked before it changes, so one that had changes must be listed next time.
          if (await this.#passes.run(board, requested)) this.#listed.add(board);
        } catch (error) {
          if (error instanceof LeadershipLost) throw error;
          failures.push(error);
        }
      }
    }
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} boards failed`);
    if (failures.length === 1) throw failures[0];
  }

  async #observeBacklogs(): Promise<void> {
    const { configured, work, keeper, metrics, logger } = this.#options;
    try {
      const marked = (await work.list()).map(({ board }) => board);
      for (const board of new Set([...configured, ...marked])) {
        await this.#passes.observeBacklog(board);
        metrics.open.set({ board }, (await keeper.readState(board)).open ? 1 : 0);
      }
    } catch (error) {
      logger.debug({ err: error }, "could not read how many changes wait");
    }
  }

  /** Syncs the changes since the last pass before the process ends. */
  async #drain(): Promise<void> {
    const { leadership, drainTimeoutMs, logger } = this.#options;
    if (!leadership.held) return;
    try {
      await within(drainTimeoutMs, this.#passAll(), () => {
        throw new Error("the last drain took too long");
      });
    } catch (error) {
      logger.error({ err: error }, "the last drain failed; the next worker goes on from here");
    }
  }
}
