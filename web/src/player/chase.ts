import { isBetter } from "../format/score.js";
import type { Entry, Order } from "../live/board-view.js";

/** How a board orders players: which scores are better, and whether the first to reach a score stands higher. */
export interface Ordering {
  readonly order: Order;
  readonly ties: "SHARED" | "FIRST_TO_REACH";
}

/** A neighbour and how far away it is. */
export interface Rival {
  readonly entry: Entry;
  /** Never negative. */
  readonly gap: number;
}

export interface Chase {
  /** The nearest player that stands higher, among the rows that are known. */
  readonly ahead: Rival | null;
  /** Points or time that the player must gain to have the better score of the two. */
  readonly toPass: number | null;
  /** The nearest player that stands lower. */
  readonly behind: Rival | null;
  /** Others that share the player's rank. */
  readonly level: readonly Entry[];
}

/**
 * Whom a player chases and who chases it, among the rows around it.
 *
 * @param rows best first
 * @param own the player's row, whose score may be newer than that among the rows
 */
export function chaseOf(rows: readonly Entry[], own: Entry, { order, ties }: Ordering): Chase {
  const { userId, score, rank } = own;
  const others = rows.filter((row) => row.userId !== userId);
  const isLevel = (row: Entry) => row.score === score;
  const firstCounts = ties === "FIRST_TO_REACH";
  const isAbove = (row: Entry) => isBetter(row.score, score, order) || (firstCounts && isLevel(row) && row.rank < rank);
  const isBelow = (row: Entry) => isBetter(score, row.score, order) || (firstCounts && isLevel(row) && row.rank > rank);
  const rival = (entry: Entry | undefined): Rival | null =>
    entry === undefined ? null : { entry, gap: Math.abs(entry.score - score) };
  const ahead = rival(others.findLast(isAbove));
  return {
    ahead,
    toPass: ahead === null ? null : ahead.gap + 1,
    behind: rival(others.find(isBelow)),
    level: firstCounts ? [] : others.filter(isLevel),
  };
}

/** What there is to say of a player's place among the rows that are known. */
export type Goal =
  | { readonly kind: "pass"; readonly rival: Entry; readonly by: number }
  | { readonly kind: "level"; readonly others: readonly Entry[] }
  | { readonly kind: "lead"; readonly by: number }
  | { readonly kind: "alone" }
  /** Its score passes all of these rows, but there are better ones, or no server has said yet that there are none. */
  | { readonly kind: "past" };

/** @param rank the player's rank as the server told it: its score may be newer, and its new rank nobody knows */
export function goalOf({ ahead, toPass, behind, level }: Chase, rank: number): Goal {
  if (ahead !== null && toPass !== null) return { kind: "pass", rival: ahead.entry, by: toPass };
  if (level.length > 0) return { kind: "level", others: level };
  if (rank !== 1) return { kind: "past" };
  return behind === null ? { kind: "alone" } : { kind: "lead", by: behind.gap };
}

/** Where the player stands between the two, from 0 (beside the one behind) to 1 (beside the one ahead). */
export function progressOf({ ahead, behind }: Chase): number {
  if (ahead === null) return 1;
  if (behind === null) return 0;
  const distance = ahead.gap + behind.gap;
  return distance === 0 ? 0 : behind.gap / distance;
}
