import type { Board } from "./board.js";
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

/**
 * Gives rows their ranks. Rows come highest score first; equal scores stand in descending order of the user id's UTF-8
 * bytes, which is Redis' own order of a reversed sorted set and PostgreSQL's `COLLATE "C"` reversed.
 *
 * @param firstRank rank of the first row
 * @param firstPosition 1-based position of the first row in the whole board
 */
export function rankRows(board: Board, rows: readonly ScoreRow[], firstRank = 1, firstPosition = 1): ScoreEntry[] {
  let rank = firstRank;
  return rows.map((row, index) => {
    if (index > 0 && row.score !== rows[index - 1]?.score) rank = firstPosition + index;
    return { board, rank: rank as Rank, userId: row.userId, score: row.score };
  });
}
