import { shownRows } from "./events.js";
import { Standings } from "./Standings.js";
import type { LiveStandings } from "./use-standings.js";

interface BestRowsProps {
  readonly standings: LiveStandings;
  /** The player who looks, if known. */
  readonly you: string | null;
}

/** The best rows of a board as it is now. */
export function BestRows({ standings: { board, title, rows, story, unit, order, quiet }, you }: BestRowsProps) {
  return (
    <Standings
      caption={`The ${shownRows} best scores of ${title}`}
      board={board}
      rows={rows}
      entries={story?.snapshot.entries ?? []}
      unit={unit}
      order={order}
      you={you}
      leads={story?.leads ?? 0}
      quiet={quiet}
    />
  );
}
