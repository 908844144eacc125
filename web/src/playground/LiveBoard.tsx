import type { StandingsClient } from "../client/apollo.js";
import { useBoard } from "../live/use-board.js";
import { RowList } from "../parts/RowList.js";
import { StateLine } from "../parts/StateLine.js";

interface LiveBoardProps {
  readonly client: StandingsClient;
  readonly board: string;
  /** Whose row stands out; null: nobody's. */
  readonly player: string | null;
}

/** A board beside the operations, so that one sees what a mutation does. */
export function LiveBoard({ client, board, player }: LiveBoardProps) {
  const view = useBoard(client, board, { limit: 10, player: player ?? undefined });
  const rows = view.snapshot?.entries ?? [];
  const own = view.around?.find(({ userId }) => userId === player) ?? null;
  const unit = view.facts?.unit ?? "POINTS";
  const isBelow = own !== null && !rows.some(({ userId }) => userId === own.userId);
  return (
    <>
      <StateLine state={view.state} />
      {view.refused ? (
        <p role="alert">There is no such board.</p>
      ) : view.snapshot !== null && rows.length === 0 ? (
        <p>No scores yet. The first one shows here at once.</p>
      ) : (
        <RowList rows={isBelow ? [...rows, own] : rows} own={own} board={board} unit={unit} gaps={false} />
      )}
    </>
  );
}
