import type { TopScoresQuery } from "../gql/graphql.js";

export type Entry = TopScoresQuery["topScores"][number];

export type Connection = "connecting" | "live" | "reconnecting";

/** How a row differs from what was shown before; "up" and "down" are places on the screen. */
export type Change = "new" | "up" | "down" | "score";

export interface Row {
  readonly rank: number;
  readonly userId: string;
  readonly score: number;
  readonly change: Change | null;
  /** Grows with each change of this row, so that the same change twice is seen as two. */
  readonly changes: number;
}

/** What the page shows of one board. */
export interface Standings {
  readonly connection: Connection;
  /** Null until the first snapshot: the query that may come before it has no revision. */
  readonly revision: number | null;
  /** Null until something was received. */
  readonly rows: readonly Row[] | null;
  /** The server will not show this board, and asking again would not help. */
  readonly refused: boolean;
}

export type StandingsEvent =
  | { readonly type: "queried"; readonly entries: readonly Entry[] }
  | { readonly type: "snapshot"; readonly revision: number; readonly entries: readonly Entry[] }
  | { readonly type: "interrupted" }
  | { readonly type: "refused" };

export const initialStandings: Standings = { connection: "connecting", revision: null, rows: null, refused: false };

/**
 * The next thing to show. A snapshot replaces only an older one: after a reconnect to another process the first
 * message may be a moment behind what this page has already shown.
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

/** Nothing counts as changed in the first rows that are shown. */
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
