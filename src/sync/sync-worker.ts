import type { Position } from "../domain/position.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import type { BoardState } from "../standings/board-keeper.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import { traced, tracedBelow, type Span, type Traces } from "../observability/traces.js";
import type { Leadership } from "./leader.js";
import { LeadershipLost } from "./leadership-lost.js";
import { Comparison } from "./comparison.js";
import { HistoryUpkeep } from "./history-upkeep.js";
import { expectEvents, forgetBoards, type SyncMetrics, type UpkeepTask } from "./metrics.js";
import { describePlan, recover } from "./recovery.js";
import { missingChanges, type RecoveryPlan } from "./recovery-plan.js";
import type { ScoreHistory } from "../ledger/score-history.js";
import type { Lease } from "../ledger/score-ledger.js";
import { lookAtBoard, syncScores, takeLease, type SyncDeps } from "./sync-scores.js";
import { Trouble } from "./trouble.js";
import { backOffMs, jittered } from "../timing/backoff.js";
import { within } from "../timing/deadline.js";
import { Loop } from "../timing/loop.js";

export interface SyncWorkerOptions extends SyncDeps {
  history: ScoreHistory;
  readDefinition: (board: Board) => Promise<BoardDefinition>;
  /** Undefined: history is kept for ever. */
  historyRetentionDays: number | undefined;
  /** How often all totals in Redis and PostgreSQL are compared; 0: never. */
  compareIntervalMs: number;
  boards: readonly Board[];
  leadership: Leadership;
  intervalMs: number;
  /** How long the last drain may take; the remaining changes are safe in Redis for the next worker. */
  drainTimeoutMs: number;
  /** Called after every pass with the position up to which PostgreSQL has the board. */
  onSynced: (board: Board, position: Position) => Promise<void>;
  metrics: SyncMetrics;
  traces: Traces;
  logger: Logger;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

/** How often a worker that does not lead tries to. */
const candidateIntervalMs = 1_000;
const retryWait = { firstMs: 200, maxMs: 5_000 };

/**
 * The loop around `syncScores`: leads or waits, passes on an interval or on request, backs off while a store is down.
 */
export class SyncWorker implements Service {
  readonly name = "sync-worker";
  readonly #options: SyncWorkerOptions;
  readonly #leases = new Map<Board, Lease>();
  readonly #loop = new Loop(() => this.#attempt());
  /** Boards with changes that callers wait for. */
  readonly #requested = new Set<Board>();
  #nextPassAt = 0;
  readonly #upkeep: HistoryUpkeep;
  readonly #comparison: Comparison;
  readonly #trouble: Trouble;

  constructor(options: SyncWorkerOptions) {
    const { history, historyRetentionDays: retentionDays, logger, now, metrics, boards, leadership } = options;
    this.#options = options;
    const onFailure = (task: UpkeepTask) => metrics.upkeepFailures.inc({ task });
    this.#upkeep = new HistoryUpkeep({ history, retentionDays, onFailure, logger, now });
    this.#comparison = new Comparison(options);
    this.#trouble = new Trouble(logger, () => performance.now());
    expectEvents(metrics, boards);
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

  /** Starts the next pass before its interval ends, because a caller waits for this board's changes. */
  request(board: Board): void {
    this.#requested.add(board);
    // While a store is down the back-off stays, and a worker that does not lead has nothing to do.
    if (this.#trouble.failures === 0 && this.#options.leadership.held) this.#loop.wake();
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
      await this.#pass(due ? this.#options.boards : [...this.#requested]);
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
    if (!led) this.#leases.clear();
    const leads = await leadership.acquire().catch(async (error: unknown) => {
      // While PostgreSQL is away no worker leads, and the changes that pile up matter most.
      await this.#observeBacklogs();
      throw error;
    });
    if (leads && !led) logger.info("this worker leads now");
    return leads;
  }

  /** One board's failure must not make the others wait: all boards are tried before a failure is thrown. */
  async #pass(boards: readonly Board[]): Promise<void> {
    const failures: unknown[] = [];
    for (const board of boards) {
      this.#requested.delete(board);
      try {
        await this.#passBoard(board);
      } catch (error) {
        // The lease may be outdated; the next pass takes a new one.
        this.#leases.delete(board);
        if (error instanceof LeadershipLost) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} boards failed`);
    if (failures.length === 1) throw failures[0];
  }

  /** A pass that finds nothing to move is no trace: there is one every interval. */
  async #passBoard(board: Board): Promise<void> {
    const { traces } = this.#options;
    const backlog = await this.#observeBacklog(board);
    if (backlog === 0) return this.#move(board);
    const attributes = { "standings.board": board, "standings.outbox.length": backlog };
    await traced(traces, "sync pass", { attributes }, (span) => this.#move(board, span));
  }

  async #move(board: Board, span?: Span): Promise<void> {
    const { metrics, logger } = this.#options;
    const began = performance.now();
    let lease = this.#leases.get(board) ?? (await takeLease(this.#options, board));
    const { state, plan } = await lookAtBoard(this.#options, board, lease);
    metrics.open.set({ board }, state.open ? 1 : 0);
    if (plan.kind !== "none") lease = await this.#recover(board, lease, state, plan);
    const result = await syncScores(this.#options, board, lease);
    lease = result.complete ? result.lease : await this.#recover(board, result.lease, state, missingChanges);
    this.#leases.set(board, lease);
    metrics.open.set({ board }, 1);
    metrics.passDuration.observe((performance.now() - began) / 1000);
    await this.#options.onSynced(board, lease.position);
    metrics.epoch.set({ board }, lease.position.epoch);
    metrics.syncedChanges.inc({ board }, result.synced);
    span?.set({ "standings.synced_changes": result.synced });
    for (const { entry, reason } of result.rejected) {
      metrics.rejectedEvents.inc({ board });
      logger.error({ board, position: entry.position, reason }, "PostgreSQL refused a change; see rejected_events");
    }
  }

  async #recover(board: Board, lease: Lease, state: BoardState, plan: RecoveryPlan): Promise<Lease> {
    const { metrics, traces, logger } = this.#options;
    describePlan(plan, state, lease, logger, board);
    const began = performance.now();
    const attributes = { "standings.board": board, "standings.recovery": plan.kind };
    const work = () => recover(this.#options, board, lease, plan);
    const recovered = await tracedBelow(traces, "recovery", { attributes }, work);
    metrics.recoveryDuration.observe({ kind: plan.kind }, (performance.now() - began) / 1000);
    metrics.recoveries.inc({ board, kind: plan.kind });
    return recovered;
  }

  async #observeBacklogs(): Promise<void> {
    const { boards, keeper, metrics, logger } = this.#options;
    try {
      for (const board of boards) {
        await this.#observeBacklog(board);
        metrics.open.set({ board }, (await keeper.readState(board)).open ? 1 : 0);
      }
    } catch (error) {
      logger.debug({ err: error }, "could not read how many changes wait");
    }
  }

  /**
   * Runs before PostgreSQL is asked for anything, because these numbers matter most while PostgreSQL is down.
   *
   * @returns how many changes wait
   */
  async #observeBacklog(board: Board): Promise<number> {
    const { outbox, metrics, now } = this.#options;
    const { length, oldestAt } = await outbox.backlog(board);
    metrics.outboxLength.set({ board }, length);
    metrics.syncLag.set({ board }, oldestAt === undefined ? 0 : (now() - oldestAt) / 1000);
    return length;
  }

  /** Syncs the changes since the last pass before the process ends. */
  async #drain(): Promise<void> {
    const { boards, leadership, drainTimeoutMs, logger } = this.#options;
    if (!leadership.held) return;
    try {
      await within(drainTimeoutMs, this.#pass(boards), () => {
        throw new Error("the last drain took too long");
      });
    } catch (error) {
      logger.error({ err: error }, "the last drain failed; the next worker goes on from here");
    }
  }
}
