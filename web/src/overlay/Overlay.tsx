import { useRef } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { StateLine } from "../parts/StateLine.js";
import { useGlide } from "../parts/standings/glide.js";
import { useStandings, type LiveStandings } from "../parts/standings/use-standings.js";
import type { OverlayRoute } from "./overlay-route.js";
import { OverlayRow } from "./OverlayRow.js";
import "./overlay.css";

interface OverlayProps {
  readonly client: StandingsClient;
  readonly route: OverlayRoute;
}

/** A few rows over somebody's video. Where there is nothing to show, it shows nothing. */
export function Overlay({ client, route }: OverlayProps) {
  const standings = useStandings(client, route.board);
  const { view, title, unit, order, quiet } = standings;
  const rows = standings.rows.slice(0, route.rows);
  const list = useRef<HTMLOListElement>(null);
  useGlide(list, rows);

  // A video's audience can do nothing about a wrong address; whoever sets it up sees why nothing appears.
  if (view.refused) return <p className="overlay-refused">There is no board called “{route.board}” here.</p>;
  return (
    <main className="overlay" data-side={route.side} data-revision={view.snapshot?.revision ?? undefined}>
      {rows.length > 0 && (
        <header>
          <h1>
            <bdi>{title}</bdi>
          </h1>
          <Mark standings={standings} />
        </header>
      )}
      <ol ref={list} data-quiet={quiet ? "" : undefined}>
        {rows.map((row) => (
          <OverlayRow key={row.entry.userId} row={row} unit={unit} order={order} />
        ))}
      </ol>
    </main>
  );
}

/** Nothing but a dot while the rows are current, so that the words mean something when they come. */
function Mark({ standings: { view, quiet } }: { readonly standings: LiveStandings }) {
  return (
    <div className="overlay-mark" data-shown={quiet ? "" : undefined}>
      <StateLine state={view.state} />
    </div>
  );
}
