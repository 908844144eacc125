import { setTimeout as delay } from "node:timers/promises";
import type { Board } from "../domain/board.js";
import { findDrift } from "./drift.js";
import { LeadershipLost } from "./leadership-lost.js";
import type { Leadership } from "./leader.js";
import { recover, type RecoveryDeps } from "./recovery.js";
import { missingChanges } from "./recovery-plan.js";
import { lookAtBoard, syncScores, takeLease } from "./sync-scores.js";

export interface RepairReport {
  /** How many totals in PostgreSQL differed from its own history and were corrected. */
  readonly correctedTotals: number;
  /** Whether the standings in Redis were rebuilt from PostgreSQL. */
  readonly rebuiltStandings: boolean;
}

const leadershipTimeoutMs = 15_000;

/**
 * Makes the two stores agree again. Meanwhile the worker must wait and the board is closed. The history decides: a
 * total in PostgreSQL that differs from its player's newest event is corrected. Then, if Redis still differs, its
 * standings are rebuilt. Where a player's history was dropped, PostgreSQL's total counts.
 *
 * @throws Error when the worker does not give way
 */
export async function repair(deps: RecoveryDeps, leadership: Leadership, board: Board): Promise<RepairReport> {
  // The first lease makes the running worker step down. The second one is taken under the lock, so no other worker
  // takes it.
  await takeLease(deps, board);
  await waitForLeadership(leadership);
  try {
    let lease = await takeLease(deps, board);
    if (!(await deps.keeper.close(board, lease.fence))) throw new LeadershipLost(board);
    const { plan } = await lookAtBoard(deps, board, lease);
    if (plan.kind === "open" || plan.kind === "none") {
      const drained = await syncScores(deps, board, lease);
      lease = drained.complete ? drained.lease : await recover(deps, board, drained.lease, missingChanges);
    } else lease = await recover(deps, board, lease, plan);

    const correctedTotals = await deps.ledger.correctTotals(board, lease);
    const drift = await findDrift(deps, board, () => Promise.resolve());
    const rebuiltStandings = drift.differing > 0;
    const last = rebuiltStandings ? { kind: "rebuildStandings" as const, reason: "repair" } : { kind: "open" as const };
    await recover(deps, board, lease, last);
    return { correctedTotals, rebuiltStandings };
  } finally {
    await leadership.release();
  }
}

async function waitForLeadership(leadership: Leadership): Promise<void> {
  const deadline = performance.now() + leadershipTimeoutMs;
  while (!(await leadership.acquire())) {
    if (performance.now() > deadline) throw new Error("the worker does not give way; stop it and try again");
    await delay(20);
  }
}
