import type { Entry, Unit } from "../live/board-view.js";
import { RowList } from "../parts/RowList.js";

interface NeighboursProps {
  readonly rows: readonly Entry[];
  /** The player's own row, with the score to show. */
  readonly own: Entry | null;
  readonly board: string;
  readonly unit: Unit;
}

/** The rows around the player's, live. */
export function Neighbours({ rows, own, board, unit }: NeighboursProps) {
  return (
    <section className="plate neighbours" aria-labelledby="neighbours-title">
      <h2 id="neighbours-title">Around</h2>
      <RowList rows={rows} own={own} board={board} unit={unit} gaps />
    </section>
  );
}
