import type { Position } from "../domain/position.js";
import type { Board, BoardDefinition } from "../domain/board.js";
import type { BoardState } from "../standings/board-keeper.js";
import type { SeasonEnd } from "../standings/outbox-entry.js";
import type { WorkSet } from "../standings/work-set.js";
import type { Logger } from "../observability/logger.js";
import { traced, tracedBelow, type Span, type Traces } from "../observability/traces.js";
import { expectEvents, forgetBoard, type SyncMetrics } from "./metrics.js";
import { describePlan, recover } from "./recovery.js";
import { missingChanges, type RecoveryPlan } from "./recovery-plan.js";
import type { ScoreHistory } from "../ledger/score-history.js";
import type { Lease } from "../ledger/score-ledger.js";
import type { SeasonArchive } from "./season-archive.js";
import type { SeasonClock } from "./season-clock.js";
import { combined, lookAtBoard, syncScores, takeLease, type SyncDeps } from "./sync-scores.js";

export interface BoardPassesOptions extends SyncDeps {
  history: ScoreHistory;
  readDefinition: (board: Board) => Promise<BoardDefinition>;
  work: Pick<WorkSet, "mark">;
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

/**
 * The leader's passes of boards, one at a time: recovers a board if it must, moves its changes to PostgreSQL, and ends its
 * season when that is due.
 */
export class BoardPasses {
  readonly #options: BoardPassesOptions;
  readonly #leases = new Map<Board, Lease>();

  constructor(options: BoardPassesOptions) {
    this.#options = options;
  }

  /** The boards whose leases this worker holds. */
  get boards(): Iterable<Board> {
    return this.#leases.keys();
  }

  /** Forgets all leases, because this worker does not lead any more. */
  clear(): void {
    this.#leases.clear();
  }

  leave(board: Board): void {
    this.#leases.delete(board);
    forgetBoard(this.#options.metrics, board);
  }

  /**
   * One pass of a board. One that finds nothing to move is no trace: there is one every interval.
   *
   * @param requested whether the board was asked for: its definition may have changed
   * @returns whether the board had changes
   * @throws LeadershipLost when the board is not ours to change
   */
  async run(board: Board, requested: boolean): Promise<boolean> {
    const { traces } = this.#options;
    try {
      const backlog = await this.observeBacklog(board);
      if (backlog === 0) return await this.#move(board, requested);
      const attributes = { "standings.board": board, "standings.outbox.length": backlog };
      return await traced(traces, "sync pass", { attributes }, (span) => this.#move(board, requested, span));
    } catch (error) {
      // The lease may be outdated; the next pass takes a new one.
      this.#leases.delete(board);
      throw error;
    }
  }

  async #move(board: Board, requested: boolean, span?: Span): Promise<boolean> {
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
    return result.synced > 0 || result.endedSeasons.length > 0;
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

  /**
   * Runs before PostgreSQL is asked for anything, because these numbers matter most while PostgreSQL is down.
   *
   * @returns how many changes wait
   */
  async observeBacklog(board: Board): Promise<number> {
    const { outbox, metrics, now } = this.#options;
    const { length, oldestAt } = await outbox.backlog(board);
    metrics.outboxLength.set({ board }, length);
    metrics.syncLag.set({ board }, oldestAt === undefined ? 0 : (now() - oldestAt) / 1000);
    return length;
  }
}
