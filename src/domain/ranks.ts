import type { Board, TiePolicy } from "./board.js";
import type { Rank, ScoreEntry, ScoreRow } from "./score.js";

/** Whether two lists show the same rows: players, scores and ranks. */
export function sameEntries(a: readonly ScoreEntry[], b: readonly ScoreEntry[]): boolean {
  return (
    a.length === b.length &&
    a.every((entry, index) => {
      const other = b[index];
      return entry.userId === other?.userId && entry.score === other.score && entry.rank === other.rank;
    })
  );
}

/** Where a list of rows begins in the whole board. */
export interface RowsStart {
  /** The first row's, 1-based. */
  readonly position: number;
  /** The first row's. */
  readonly rank: number;
}

const top: RowsStart = { position: 1, rank: 1 };

/**
 * Gives rows their ranks. Rows come best first; where equal scores share a rank they stand in descending order of the
 * user id's UTF-8 bytes, which is Redis' own order of a reversed sorted set and PostgreSQL's `COLLATE "C"` reversed.
 */
export function rankRows(board: Board, rows: readonly ScoreRow[], ties: TiePolicy, start = top): ScoreEntry[] {
  let { rank } = start;
  return rows.map((row, index) => {
    const isLower = ties === "FIRST_TO_REACH" || row.score !== rows[index - 1]?.score;
    if (index > 0 && isLower) rank = start.position + index;
    return { board, rank: rank as Rank, userId: row.userId, score: row.score };
  });
}
