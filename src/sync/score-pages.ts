import type { ReachedRow } from "../domain/score.js";
import type { BoardSeason, ScoreLedger } from "../ledger/score-ledger.js";

/**
 * All totals of a season in PostgreSQL in the order of user ids, page by page. The next page is read while the caller works on the
 * current one, so two pages are in memory.
 */
export async function* scorePages(
  ledger: ScoreLedger,
  board: BoardSeason,
  size: number,
): AsyncGenerator<ReachedRow[], void, undefined> {
  let page = await ledger.readScores(board, "", size);
  for (let last = page.at(-1); last && page.length === size; last = page.at(-1)) {
    const next = ledger.readScores(board, last.userId, size);
    next.catch(() => undefined); // If the caller stops, no code awaits this read.
    yield page;
    page = await next;
  }
  if (page.length > 0) yield page;
}
