import type { Entry, Order } from "../../live/board-view.js";

/** What separates a row from the place above; for the leader, from the place below. */
export type Gap =
  | { readonly kind: "leads"; readonly by: number }
  | { readonly kind: "behind"; readonly by: number }
  | { readonly kind: "level" }
  | { readonly kind: "alone" };

export function gapOf(entries: readonly Entry[], place: number): Gap {
  const [above, entry, below] = [entries[place - 1], entries[place], entries[place + 1]];
  if (!entry) return { kind: "alone" };
  if (above) {
    return above.score === entry.score
      ? { kind: "level" }
      : { kind: "behind", by: Math.abs(above.score - entry.score) };
  }
  if (!below) return { kind: "alone" };
  return below.score === entry.score ? { kind: "level" } : { kind: "leads", by: Math.abs(entry.score - below.score) };
}

/** Whether another row has the same rank. Rows are in order, so that only neighbours can. */
export function isTied(entries: readonly Entry[], place: number): boolean {
  const rank = entries[place]?.rank;
  return entries[place - 1]?.rank === rank || entries[place + 1]?.rank === rank;
}

/** How much of the leader's score a score is, from 0 to 1: of times, how much of this time the leader needed. */
export function shareOf(score: number, leader: number, order: Order): number {
  if (score === leader) return 1;
  if (Math.sign(score) !== Math.sign(leader) || leader === 0) return 0;
  const [small, large] = [Math.min(Math.abs(score), Math.abs(leader)), Math.max(Math.abs(score), Math.abs(leader))];
  // Rows are in order, so the leader is always at the better end, whichever that is.
  return (order === "LOWEST_FIRST" ? score > leader : score < leader) ? small / large : 1;
}
