import { useEffect, useRef, useState } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { formatDay, formatDayAndTime, formatRemaining } from "../format/time.js";
import type { BoardFacts } from "../live/board-view.js";
import { useNow } from "../parts/use-now.js";
import { seasonAddress, type Route } from "./route.js";
import { readEndedSeasons, type EndedSeason } from "./seasons.js";
import "./season-menu.css";

interface SeasonMenuProps {
  readonly client: StandingsClient;
  readonly route: Route;
  /** The season that runs; on an archived board the one that ran. */
  readonly running: BoardFacts["season"];
  readonly archived: boolean;
}

/** Which season is shown and when it ends; opened, the seasons before it. A first season without an end has no menu. */
export function SeasonMenu({ client, route, running, archived }: SeasonMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [ended, setEnded] = useState<readonly EndedSeason[] | "failed" | null>(null);
  useClosing(menu);

  if (running.number === 1) return running.endsAt === null ? null : <Ending number={1} endsAt={running.endsAt} />;
  const read = () => {
    readEndedSeasons(client, route.board).then(setEnded, () => setEnded("failed"));
  };
  return (
    <details className="seasons" ref={menu} onToggle={({ currentTarget }) => currentTarget.open && read()}>
      <summary>
        {route.season !== null ? (
          <span>Season {route.season}</span>
        ) : running.endsAt === null || archived ? (
          <span>Season {running.number}</span>
        ) : (
          <Ending number={running.number} endsAt={running.endsAt} />
        )}
      </summary>
      <div className="season-list">
        <SeasonLink season={null} route={route}>
          <b>Season {running.number}</b>
          <span>
            {archived ? "the last" : running.endsAt ? `ends ${formatDayAndTime(running.endsAt)}` : "runs now"}
          </span>
        </SeasonLink>
        {ended === null && <p>Reading the seasons…</p>}
        {ended === "failed" && <p>The seasons before can’t be read right now.</p>}
        {Array.isArray(ended) &&
          ended.map(({ number, startedAt, endedAt }: EndedSeason) => (
            <SeasonLink key={number} season={number} route={route}>
              <b>Season {number}</b>
              <span>
                {formatDay(startedAt)} – {endedAt === null ? "" : formatDay(endedAt)}
              </span>
            </SeasonLink>
          ))}
      </div>
    </details>
  );
}

interface SeasonLinkProps {
  readonly season: number | null;
  readonly route: Route;
  readonly children: React.ReactNode;
}

function SeasonLink({ season, route, children }: SeasonLinkProps) {
  return (
    <a href={seasonAddress(window.location, season)} aria-current={season === route.season ? "page" : undefined}>
      {children}
    </a>
  );
}

function Ending({ number, endsAt }: { readonly number: number; readonly endsAt: string }) {
  const left = Date.parse(endsAt) - useNow(1_000);
  return (
    <time dateTime={endsAt} title={formatDayAndTime(endsAt)}>
      Season {number} · {left > 0 ? `ends in ${formatRemaining(left)}` : "ends now"}
    </time>
  );
}

/** A menu closes with Escape, and when one clicks or tabs elsewhere. */
function useClosing(menu: React.RefObject<HTMLDetailsElement | null>): void {
  useEffect(() => {
    const outside = ({ target }: Event) => {
      if (menu.current && !(target instanceof Node && menu.current.contains(target))) menu.current.open = false;
    };
    const escape = ({ key }: KeyboardEvent) => {
      if (key !== "Escape" || !menu.current?.open) return;
      menu.current.open = false;
      menu.current.querySelector("summary")?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", escape);
    };
  }, [menu]);
}
