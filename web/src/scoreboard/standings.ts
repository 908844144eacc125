import type { TopScoresQuery } from "../gql/graphql.js";

export type Entry = TopScoresQuery["topScores"][number];

export type Connection = "connecting" | "live" | "reconnecting";

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

/** The state that the page shows for one board. */
export interface Standings {
  readonly connection: Connection;
  /** Null until the first snapshot. The query's answer may come earlier, but it has no revision. */
  readonly revision: number | null;
  /** Null until the first answer or snapshot. */
  readonly rows: readonly Row[] | null;
  /** The server refuses this board, and a retry would not help. */
  readonly refused: boolean;
}

export type StandingsEvent =
  | { readonly type: "queried"; readonly entries: readonly Entry[] }
  | { readonly type: "snapshot"; readonly revision: number; readonly entries: readonly Entry[] }
  | { readonly type: "interrupted" }
  | { readonly type: "refused" };

export const initialStandings: Standings = { connection: "connecting", revision: null, rows: null, refused: false };

/**
 * The next state to show. A snapshot replaces only an older one: after a reconnect to another process the first message
 * may be a little older than the state on the page.
 */
export function nextStandings(shown: Standings, event: StandingsEvent): Standings {
  switch (event.type) {
    case "queried":
      return shown.rows === null ? { ...shown, rows: nextRows(null, event.entries) } : shown;
    case "snapshot":
      return shown.revision !== null && event.revision <= shown.revision
        ? { ...shown, connection: "live" }
        : {
            connection: "live",
            revision: event.revision,
            rows: nextRows(shown.rows, event.entries),
            refused: false,
          };
    case "interrupted":
      return { ...shown, connection: "reconnecting" };
    case "refused":
      return { ...shown, refused: true };
  }
}

/** The first rows that are shown count as unchanged. */
function nextRows(shown: readonly Row[] | null, entries: readonly Entry[]): Row[] {
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
