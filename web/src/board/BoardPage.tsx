import { useEffect } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { Aurora } from "../parts/Aurora.js";
import { BestRows } from "../parts/standings/BestRows.js";
import { EventsLine } from "../parts/standings/EventsLine.js";
import { useStandings } from "../parts/standings/use-standings.js";
import { BoardHeader } from "./BoardHeader.js";
import { OwnRow } from "./OwnRow.js";
import type { Route } from "./route.js";
import { SeasonPage } from "./SeasonPage.js";
import { UnknownBoard } from "./UnknownBoard.js";
import "./board.css";

interface BoardPageProps {
  readonly client: StandingsClient;
  readonly route: Route;
}

/** A board as it is now, or one of its seasons as it ended. */
export function BoardPage({ client, route }: BoardPageProps) {
  return route.season === null ? (
    <LiveBoard client={client} route={route} />
  ) : (
    <SeasonPage client={client} route={route} season={route.season} />
  );
}

function LiveBoard({ client, route }: BoardPageProps) {
  const { board, player } = route;
  const standings = useStandings(client, board, { player: player ?? undefined, radius: 1 });
  const { view, title, unit, order, story, rows, leaders, quiet } = standings;
  const { snapshot, around } = view;
  useTitle(title);

  if (view.refused) return <UnknownBoard board={board} />;
  const ownIsShown = rows.some(({ entry }) => entry.userId === player);
  return (
    <main className="board" data-revision={snapshot?.revision ?? undefined} data-pinned={player !== null}>
      <Aurora leader={rows[0]?.entry.userId ?? null} />
      <BoardHeader client={client} route={route} title={title} view={view} />
      {snapshot === null ? (
        <p className="notice waiting">Waiting for the standings…</p>
      ) : (
        <div className="stage">
          <BestRows standings={standings} you={player} linked />
          {snapshot.entries.length === 0 && (
            <p className="notice">No scores yet. The first one will appear here by itself.</p>
          )}
        </div>
      )}
      {player !== null && !ownIsShown && (
        <OwnRow
          player={player}
          board={board}
          around={around}
          season={snapshot?.season ?? 0}
          unit={unit}
          order={order}
          quiet={quiet}
        />
      )}
      <EventsLine events={story?.events ?? []} leaders={leaders} />
    </main>
  );
}

function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Standings`;
  }, [title]);
}
