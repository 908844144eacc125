import { useRef } from "react";
import type { StandingsClient } from "../client/apollo.js";
import type { LiveState } from "../live/live-state.js";
import { useBoard } from "../live/use-board.js";
import { StateLine } from "../parts/StateLine.js";
import { useGlide } from "../parts/standings/glide.js";
import { useRows } from "../parts/standings/use-rows.js";
import type { OverlayRoute } from "./overlay-route.js";
import { OverlayRow } from "./OverlayRow.js";
import "./overlay.css";

interface OverlayProps {
  readonly client: StandingsClient;
  readonly route: OverlayRoute;
}

/** More than are shown, so that who rises into the picture brings a past. */
const askedRows = 15;

/** A few rows over somebody's video. Where there is nothing to show, it shows nothing. */
export function Overlay({ client, route }: OverlayProps) {
  const { facts, snapshot, state, refused } = useBoard(client, route.board, { limit: askedRows });
  const [unit, order] = [facts?.unit ?? "POINTS", facts?.order ?? "HIGHEST_FIRST"] as const;
  const rows = useRows(snapshot, order).rows.slice(0, route.rows);
  const list = useRef<HTMLOListElement>(null);
  useGlide(list, rows);

  // A video's audience can do nothing about a wrong address; whoever sets it up sees why nothing appears.
  if (refused) return <p className="overlay-refused">There is no board called “{route.board}” here.</p>;
  return (
    <main className="overlay" data-side={route.side} data-revision={snapshot?.revision ?? undefined}>
      {rows.length > 0 && (
        <header>
          <h1>
            <bdi>{facts?.title ?? route.board}</bdi>
          </h1>
          <Mark state={state} />
        </header>
      )}
      <ol ref={list} data-quiet={isCalm(state) ? undefined : ""}>
        {rows.map((row) => (
          <OverlayRow key={row.entry.userId} row={row} unit={unit} order={order} />
        ))}
      </ol>
    </main>
  );
}

/** Nothing but a dot while the rows are current, so that the words mean something when they come. */
function Mark({ state }: { readonly state: LiveState }) {
  return (
    <div className="overlay-mark" data-shown={isCalm(state) ? undefined : ""}>
      <StateLine state={state} />
    </div>
  );
}

function isCalm({ kind }: LiveState): boolean {
  return kind === "live" || kind === "connecting";
}
