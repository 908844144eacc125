import type { BoardState } from "../standings/board-keeper.js";
import type { Position } from "../domain/position.js";

/**
 * What to do about a board:
 *
 * - `none`: the board is open, and Redis continues where PostgreSQL is.
 * - `create`: neither store knows the board.
 * - `open`: Redis continues where PostgreSQL is, but its server was not checked yet (it was restarted or failed over).
 * - `rebuildStandings`: Redis lost data; PostgreSQL or the outbox has it.
 * - `rebuildLedger`: PostgreSQL lost data (it was restored from a backup); Redis has the totals.
 */
export type RecoveryPlan =
  | { readonly kind: "none" | "create" | "open" }
  | { readonly kind: "rebuildStandings" | "rebuildLedger"; readonly reason: string };

/** The plan for an outbox that lacks changes which PostgreSQL does not have. */
export const missingChanges: RecoveryPlan = {
  kind: "rebuildLedger",
  reason: "changes between PostgreSQL and Redis are missing",
};

export function planRecovery(state: BoardState, cursor: Position): RecoveryPlan {
  const { position } = state;
  if (!position) {
    const isNew = cursor.epoch === 0 && !state.hasScores && !state.outbox;
    return isNew ? { kind: "create" } : { kind: "rebuildStandings", reason: "Redis does not know the board" };
  }
  // Checked before the plans that trust the standings.
  if (lostStandings(state)) return { kind: "rebuildStandings", reason: "Redis lost the standings themselves" };
  if (position.epoch < cursor.epoch) return { kind: "rebuildStandings", reason: "Redis is in an older epoch" };
  if (position.epoch > cursor.epoch) return { kind: "rebuildLedger", reason: "PostgreSQL is in an older epoch" };
  if (position.revision < cursor.revision) return { kind: "rebuildStandings", reason: "Redis is behind PostgreSQL" };
  if (!outboxCovers(state, cursor, position)) {
    return missingChanges;
  }
  return { kind: state.open ? "none" : "open" };
}

/** Whether a board has no scores although it must have some. */
export function lostStandings({ position, hasScores, base }: BoardState): boolean {
  return position !== undefined && !hasScores && position.revision > base;
}

/**
 * Whether the outbox reaches from the cursor to the newest change. A gap between its ends shows when it is read: see
 * `syncScores`.
 */
export function outboxCovers({ outbox }: BoardState, cursor: Position, newest: Position): boolean {
  if (newest.revision === cursor.revision) return true;
  if (!outbox) return false;
  const { first, last } = outbox;
  return first.epoch === cursor.epoch && first.revision <= cursor.revision + 1 && last.revision === newest.revision;
}
