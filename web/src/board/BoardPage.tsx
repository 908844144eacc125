import { useEffect } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { nameOf } from "../format/name.js";
import { useBoard } from "../live/use-board.js";
import { Aurora } from "../parts/Aurora.js";
import { shownRows } from "../parts/standings/events.js";
import { EventsLine } from "../parts/standings/EventsLine.js";
import { Standings } from "../parts/standings/Standings.js";
import { useRows } from "../parts/standings/use-rows.js";
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

/** Some rows more than are shown: they name who shares the tenth place, and who rises from just below it. */
const askedRows = 15;

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
  const view = useBoard(client, board, { limit: askedRows, player: player ?? undefined, radius: 1 });
  const { facts, snapshot, state, around } = view;
  const [unit, order] = [facts?.unit ?? "POINTS", facts?.order ?? "HIGHEST_FIRST"] as const;
  const { story, rows } = useRows(snapshot, order);
  const title = facts?.title ?? board;
  useTitle(title);

  if (view.refused) return <UnknownBoard board={board} />;
  const quiet = state.kind !== "live" && state.kind !== "connecting";
  const ownIsShown = rows.some(({ entry }) => entry.userId === player);
  return (
    <main
      className="board"
      data-revision={snapshot?.revision ?? undefined}
      data-pinned={player !== null && !ownIsShown}
    >
      <Aurora leader={rows[0]?.entry.userId ?? null} />
      <BoardHeader client={client} route={route} title={title} view={view} />
      {snapshot === null ? (
        <p className="notice waiting">Waiting for the standings…</p>
      ) : (
        <div className="stage">
          <Standings
            caption={`The ${shownRows} best scores of ${title}`}
            rows={rows}
            entries={story?.snapshot.entries ?? []}
            unit={unit}
            order={order}
            you={player}
            leads={story?.leads ?? 0}
            quiet={quiet}
          />
          {snapshot.entries.length === 0 && (
            <p className="notice">No scores yet. The first one will appear here by itself.</p>
          )}
        </div>
      )}
      {player !== null && !ownIsShown && (
        <OwnRow
          player={player}
          around={around}
          season={snapshot?.season ?? 0}
          unit={unit}
          order={order}
          quiet={quiet}
        />
      )}
      <EventsLine events={story?.events ?? []} leader={rows[0] ? nameOf(rows[0].entry) : null} />
    </main>
  );
}

function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Standings`;
  }, [title]);
}
