import type { Entry } from "../live/board-view.js";

/** How a row differs from the row shown before. "up" and "down" are directions on the screen. */
export type Change = "new" | "up" | "down" | "score";

export interface Row {
  readonly rank: number;
  readonly userId: string;
  readonly score: number;
  readonly change: Change | null;
  /** Grows with each change of this row, so that two equal changes in a row are both highlighted. */
  readonly changes: number;
}

/** The first rows that are shown count as unchanged. */
export function nextRows(shown: readonly Row[] | null, entries: readonly Entry[]): Row[] {
  const before = new Map(shown?.map((row, place) => [row.userId, { row, place }]));
  return entries.map(({ rank, userId, score }, place) => {
    const was = before.get(userId);
    const change = shown === null ? null : was ? changeOf(was.row, was.place, rank, score, place) : "new";
    const changes = was?.row.changes ?? 0;
    return change === null
      ? { rank, userId, score, change: was?.row.change ?? null, changes }
      : { rank, userId, score, change, changes: changes + 1 };
  });
}

function changeOf(row: Row, wasPlace: number, rank: number, score: number, place: number): Change | null {
  if (place !== wasPlace) return place < wasPlace ? "up" : "down";
  if (rank !== row.rank) return rank < row.rank ? "up" : "down";
  return score === row.score ? null : "score";
}
