import { useEffect } from "react";
import type { StandingsClient } from "../client/apollo.js";
import type { BoardView } from "../live/board-view.js";
import { Aurora } from "../parts/Aurora.js";
import { BestRows } from "../parts/standings/BestRows.js";
import { EventsLine } from "../parts/standings/EventsLine.js";
import { useStandings } from "../parts/standings/use-standings.js";
import { FollowCard } from "./FollowCard.js";
import type { Phase } from "./use-rotation.js";
import { WallHeader } from "./WallHeader.js";

interface WallBoardProps {
  readonly client: StandingsClient;
  readonly board: string;
  readonly player: string | null;
  readonly phase: Phase;
  readonly refused: (board: string) => void;
}

/** One board on the wall. Its rows lead nowhere: one touch must not end a wall that nobody operates. */
export function WallBoard({ client, board, player, phase, refused }: WallBoardProps) {
  const standings = useStandings(client, board);
  const { view, title, story, rows, leaders } = standings;
  const isShown = phase === "shown";
  useEffect(() => {
    if (view.refused) refused(board);
  }, [view.refused, refused, board]);
  useEffect(() => {
    if (isShown) document.title = `${title} – Standings`;
  }, [isShown, title]);

  if (phase === "waiting") return null;
  return (
    <article className="wall-board" data-phase={phase} data-board={board} inert={!isShown} aria-hidden={!isShown}>
      <Aurora leader={rows[0]?.entry.userId ?? null} />
      <WallHeader title={title} view={view} />
      <div className="wall-stage">
        <BestRows standings={standings} you={player} linked={false} />
        {rows.length === 0 && <p className="wall-notice">{noticeOf(view, board)}</p>}
      </div>
      <aside className="wall-rail">
        <EventsLine events={story?.events ?? []} leaders={leaders} />
        <FollowCard board={board} player={player} />
      </aside>
    </article>
  );
}

function noticeOf({ refused, snapshot }: BoardView, board: string): string {
  if (refused) return `There is no board called “${board}” here.`;
  return snapshot === null ? "Waiting for the standings…" : "No scores yet. The first one will appear here by itself.";
}
