import { isBetter } from "../format/score.js";
import type { Entry, Order } from "../live/board-view.js";

/** A neighbour and how far away it is. */
export interface Rival {
  readonly entry: Entry;
  /** Never negative. */
  readonly gap: number;
}

export interface Chase {
  /** The nearest player with a better score; null for a leader. */
  readonly ahead: Rival | null;
  /** Points or time that the player must gain to have the better score of the two. */
  readonly toPass: number | null;
  /** The nearest player with a worse score. */
  readonly behind: Rival | null;
  /** Others with the same score, among the rows that are known. */
  readonly level: readonly Entry[];
}

/**
 * Whom a player chases and who chases it, among the rows around it.
 *
 * @param rows best first
 * @param score the player's own, which may be newer than its row
 */
export function chaseOf(rows: readonly Entry[], userId: string, score: number, order: Order): Chase {
  const others = rows.filter((row) => row.userId !== userId);
  const rival = (entry: Entry | undefined): Rival | null =>
    entry === undefined ? null : { entry, gap: Math.abs(entry.score - score) };
  const ahead = rival(others.findLast((row) => isBetter(row.score, score, order)));
  return {
    ahead,
    toPass: ahead === null ? null : ahead.gap + 1,
    behind: rival(others.find((row) => isBetter(score, row.score, order))),
    level: others.filter((row) => row.score === score),
  };
}

/** Where the player stands between the two, from 0 (beside the one behind) to 1 (beside the one ahead). */
export function progressOf({ ahead, behind }: Chase): number {
  if (ahead === null) return 1;
  if (behind === null) return 0;
  const distance = ahead.gap + behind.gap;
  return distance === 0 ? 0 : behind.gap / distance;
}
