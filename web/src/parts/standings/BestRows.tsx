import { shownRows } from "./events.js";
import { Standings } from "./Standings.js";
import type { LiveStandings } from "./use-standings.js";

interface BestRowsProps {
  readonly standings: LiveStandings;
  /** The player who looks, if known. */
  readonly you: string | null;
  /** Whether each row leads to its player. */
  readonly linked: boolean;
}

/** The best rows of a board as it is now. */
export function BestRows({ standings: { board, title, rows, story, unit, order, quiet }, you, linked }: BestRowsProps) {
  return (
    <Standings
      caption={`The ${shownRows} best scores of ${title}`}
      board={linked ? board : null}
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
