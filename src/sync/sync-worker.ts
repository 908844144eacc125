import type { Position } from "../domain/position.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import type { BoardState } from "../standings/board-keeper.js";
import type { WorkSet } from "../standings/work-set.js";
import type { Service } from "../lifecycle.js";
import type { Logger } from "../observability/logger.js";
import { traced, tracedBelow, type Span, type Traces } from "../observability/traces.js";
import type { SeasonEnd } from "../standings/outbox-entry.js";
import type { Leadership } from "./leader.js";
import type { SeasonArchive } from "./season-archive.js";
import type { SeasonClock } from "./season-clock.js";
import { LeadershipLost } from "./leadership-lost.js";
import { Comparison } from "./comparison.js";
import { HistoryUpkeep } from "./history-upkeep.js";
import { expectEvents, expectUpkeep, forgetBoard, forgetBoards, type SyncMetrics, type UpkeepTask } from "./metrics.js";
import { describePlan, recover } from "./recovery.js";
import { missingChanges, type RecoveryPlan } from "./recovery-plan.js";
import type { ScoreHistory } from "../ledger/score-history.js";
import type { Lease } from "../ledger/score-ledger.js";
import { combined, lookAtBoard, syncScores, takeLease, type SyncDeps } from "./sync-scores.js";
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
  /** The boards that are always looked at. */
  configured: readonly Board[];
  /** The other boards that have to be looked at. */
  work: WorkSet;
  leadership: Leadership;
  intervalMs: number;
  /** How long the last drain may take; the remaining changes are safe in Redis for the next worker. */
  drainTimeoutMs: number;
  /**
   * Called when this worker has taken the right to write a board, and when a board was requested: its definition may have
   * changed. A failure fails the pass, which is repeated.
   */
  onLeased: (board: Board, lease: Lease) => Promise<void>;
  clock: Pick<SeasonClock, "carryOut">;
  archive: Pick<SeasonArchive, "seasonEnded">;
  /** Called when a season ended, before PostgreSQL knows. */
  onSeasonEnded: (board: Board, end: SeasonEnd) => Promise<void>;
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
 * The loop around `syncScores`: leads or waits, passes on an interval or on request, backs off while a store is down. It
 * looks at the configured boards, those with work (`WorkSet`), and those that are requested. All others cost nothing: it
 * takes a board's lease when the board comes to have work, and drops all that it holds of the board when it is idle.
 */
export class SyncWorker implements Service {
  readonly name = "sync-worker";
  readonly #options: SyncWorkerOptions;
  readonly #leases = new Map<Board, Lease>();
  readonly #loop = new Loop(() => this.#attempt());
  /** The boards whose work was listed by the last pass. */
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
    const onFailure = (task: UpkeepTask) => metrics.upkeepFailures.inc({ task });
    this.#upkeep = new HistoryUpkeep({ history, retentionDays, onFailure, logger, now });
    this.#comparison = new Comparison({ ...options, boards: () => new Set([...configured, ...this.#leases.keys()]) });
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
      this.#leases.clear();
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
    for (const board of this.#listed) if (!listed.has(board)) await work.mark(board);
    await this.#pass([...new Set([...configured, ...listed, ...this.#leases.keys(), ...this.#listed])]);
    for (const { board, isOld } of marked) {
      if (!isOld) continue;
      await work.drop(board);
      listed.delete(board);
    }
    // A board that was marked again meanwhile is listed by the next pass.
    const kept = new Set([...configured, ...listed, ...this.#requested]);
    for (const board of this.#leases.keys()) if (!kept.has(board)) this.#leave(board);
    this.#listed = listed;
  }

  #leave(board: Board): void {
    this.#leases.delete(board);
    forgetBoard(this.#options.metrics, board);
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
          await this.#passBoard(board, requested);
        } catch (error) {
          // The lease may be outdated; the next pass takes a new one.
          this.#leases.delete(board);
          if (error instanceof LeadershipLost) throw error;
          failures.push(error);
        }
      }
    }
    if (failures.length > 1) throw new AggregateError(failures, `${failures.length} boards failed`);
    if (failures.length === 1) throw failures[0];
  }

  /** A pass that finds nothing to move is no trace: there is one every interval. */
  async #passBoard(board: Board, requested: boolean): Promise<void> {
    const { traces } = this.#options;
    const backlog = await this.#observeBacklog(board);
    if (backlog === 0) return this.#move(board, requested);
    const attributes = { "standings.board": board, "standings.outbox.length": backlog };
    await traced(traces, "sync pass", { attributes }, (span) => this.#move(board, requested, span));
  }

  async #move(board: Board, requested: boolean, span?: Span): Promise<void> {
    const { metrics, logger } = this.#options;
    const began = performance.now();
    let lease = await this.#hold(board, requested);
    const { state, plan } = await lookAtBoard(this.#options, board, lease);
    metrics.open.set({ board }, state.open ? 1 : 0);
    if (plan.kind !== "none") lease = await this.#recover(board, lease, state, plan);
    let result = await syncScores(this.#options, board, lease);
    if (result.complete && (await this.#endSeason(board, result.lease))) {
      result = combined(result, await syncScores(this.#options, board, result.lease));
    }
    lease = result.complete ? result.lease : await this.#recover(board, result.lease, state, missingChanges);
    this.#leases.set(board, lease);
    if (result.endedSeasons.length > 0) this.#options.archive.seasonEnded();
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

  /** @returns whether the season ended now */
  async #endSeason(board: Board, lease: Lease): Promise<boolean> {
    const { clock, onSeasonEnded, logger } = this.#options;
    const end = await clock.carryOut(board, lease);
    if (!end) return false;
    await onSeasonEnded(board, end).catch((error: unknown) => {
      logger.debug({ err: error, board }, "viewers see the new season with the next comparison");
    });
    return true;
  }

  async #hold(board: Board, requested: boolean): Promise<Lease> {
    const { metrics, onLeased } = this.#options;
    const held = this.#leases.get(board);
    if (held && !requested) return held;
    if (!held) expectEvents(metrics, board);
    const lease = held ?? (await takeLease(this.#options, board));
    await onLeased(board, lease);
    return lease;
  }

  async #recover(board: Board, lease: Lease, state: BoardState, plan: RecoveryPlan): Promise<Lease> {
    const { metrics, traces, logger } = this.#options;
    describePlan(plan, state, lease, logger, board);
    const began = performance.now();
    const attributes = { "standings.board": board, "standings.recovery": plan.kind };
    const work = () => recover(this.#options, board, lease, plan);
    const recovered = await tracedBelow(traces, "recovery", { attributes }, work);
    // Redis may have lost a mark that processes still rely on. The board stays listed for as long as they may. On a board
    // that is new to both stores nothing was changed yet, so nobody does, and many may be made at once.
    if (plan.kind !== "create") await this.#options.work.mark(board);
    metrics.recoveryDuration.observe({ kind: plan.kind }, (performance.now() - began) / 1000);
    metrics.recoveries.inc({ board, kind: plan.kind });
    return recovered;
  }

  async #observeBacklogs(): Promise<void> {
    const { configured, work, keeper, metrics, logger } = this.#options;
    try {
      const marked = (await work.list()).map(({ board }) => board);
      for (const board of new Set([...configured, ...marked])) {
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
