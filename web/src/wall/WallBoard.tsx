import { useEffect } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { nameOf } from "../format/name.js";
import type { BoardView } from "../live/board-view.js";
import { useBoard } from "../live/use-board.js";
import { Aurora } from "../parts/Aurora.js";
import { shownRows } from "../parts/standings/events.js";
import { EventsLine } from "../parts/standings/EventsLine.js";
import { Standings } from "../parts/standings/Standings.js";
import { useRows } from "../parts/standings/use-rows.js";
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

/** Some rows more than are shown: they name who shares the tenth place. */
const askedRows = 15;

/** One board on the wall. */
export function WallBoard({ client, board, player, phase, refused }: WallBoardProps) {
  const view = useBoard(client, board, { limit: askedRows });
  const { facts, snapshot } = view;
  const [unit, order] = [facts?.unit ?? "POINTS", facts?.order ?? "HIGHEST_FIRST"] as const;
  const { story, rows } = useRows(snapshot, order);
  const title = facts?.title ?? board;
  const isShown = phase === "shown";
  useEffect(() => {
    if (view.refused) refused(board);
  }, [view.refused, refused, board]);
  useEffect(() => {
    if (isShown) document.title = `${title} – Standings`;
  }, [isShown, title]);

  return (
    <article className="wall-board" data-phase={phase} data-board={board} inert={!isShown} aria-hidden={!isShown}>
      <Aurora leader={rows[0]?.entry.userId ?? null} />
      <WallHeader title={title} view={view} />
      <div className="wall-stage">
        <Standings
          caption={`The ${shownRows} best scores of ${title}`}
          rows={rows}
          entries={story?.snapshot.entries ?? []}
          unit={unit}
          order={order}
          you={player}
          leads={story?.leads ?? 0}
          quiet={isQuiet(view)}
        />
        {rows.length === 0 && <p className="wall-notice">{noticeOf(view, board)}</p>}
      </div>
      <aside className="wall-rail">
        <EventsLine events={story?.events ?? []} leader={rows[0] ? nameOf(rows[0].entry) : null} />
        <FollowCard board={board} player={player} />
      </aside>
    </article>
  );
}

function isQuiet({ state }: BoardView): boolean {
  return state.kind !== "live" && state.kind !== "connecting";
}

function noticeOf({ refused, snapshot }: BoardView, board: string): string {
  if (refused) return `There is no board called “${board}” here.`;
  return snapshot === null ? "Waiting for the standings…" : "No scores yet. The first one will appear here by itself.";
}
