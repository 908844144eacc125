import { useEffect, useState } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { formatDay } from "../format/time.js";
import { useBoard } from "../live/use-board.js";
import { Standings } from "../parts/standings/Standings.js";
import { useRows } from "../parts/standings/use-rows.js";
import { Aurora } from "../parts/Aurora.js";
import { seasonAddress, type Route } from "./route.js";
import { SeasonMenu } from "./SeasonMenu.js";
import { readFrozenSeason, type FrozenSeason } from "./seasons.js";
import { UnknownBoard } from "./UnknownBoard.js";

interface SeasonPageProps {
  readonly client: StandingsClient;
  readonly route: Route;
  readonly season: number;
}

const whole = new Intl.NumberFormat();

/** A season that ended: rows that never change. */
export function SeasonPage({ client, route, season }: SeasonPageProps) {
  // For the board's title and rules. The running season's row costs little, and tells when another season has ended.
  const { facts, refused } = useBoard(client, route.board, { limit: 1 });
  const frozen = useFrozenSeason(client, route.board, season);
  const [unit, order] = [facts?.unit ?? "POINTS", facts?.order ?? "HIGHEST_FIRST"] as const;
  const { rows } = useRows(frozen === null || typeof frozen === "string" ? null : frozen.snapshot, order);
  const title = facts?.title ?? route.board;
  useEffect(() => {
    document.title = `${title}, season ${season} – Standings`;
  }, [title, season]);

  if (refused) return <UnknownBoard board={route.board} />;
  return (
    <main className="board">
      <Aurora leader={rows[0]?.entry.userId ?? null} />
      <header>
        <div className="title">
          <h1>
            <bdi>{title}</bdi>
          </h1>
          <div className="facts">
            {facts?.archived && <span className="archived">Archived</span>}
            {facts && <SeasonMenu client={client} route={route} running={facts.season} archived={facts.archived} />}
          </div>
        </div>
        <div className="state">
          <p className="final">Final standings</p>
          <p className="back">
            <a href={seasonAddress(window.location, null)}>Back to the board</a>
          </p>
        </div>
      </header>
      {typeof frozen === "string" || frozen === null ? (
        <p className="notice waiting">{noticeOf(frozen, season)}</p>
      ) : (
        <div className="stage">
          <Standings
            caption={`The final standings of season ${season} of ${title}`}
            board={route.board}
            rows={rows}
            entries={frozen.snapshot.entries}
            unit={unit}
            order={order}
            you={route.player}
            leads={0}
            quiet={false}
          />
          {rows.length === 0 && <p className="notice">Nobody had a score in this season.</p>}
        </div>
      )}
      {typeof frozen === "object" && frozen !== null && (
        <footer>
          <p className="events">
            {formatDay(frozen.startedAt)} – {frozen.endedAt === null ? "" : formatDay(frozen.endedAt)}
            {frozen.playerCount !== null && ` · ${whole.format(frozen.playerCount)} players`}
          </p>
        </footer>
      )}
    </main>
  );
}

type Shown = FrozenSeason | "missing" | "failed" | null;

function noticeOf(shown: "missing" | "failed" | null, season: number): string {
  if (shown === "missing") return `Season ${season} has not ended, or there is no such season.`;
  return shown === "failed" ? "This season can’t be read right now. Reload the page to try again." : "Reading…";
}

function useFrozenSeason(client: StandingsClient, board: string, season: number): Shown {
  const [shown, setShown] = useState<Shown>(null);
  useEffect(() => {
    let wanted = true;
    readFrozenSeason(client, board, season).then(
      (read) => wanted && setShown(read ?? "missing"),
      () => wanted && setShown("failed"),
    );
    return () => {
      wanted = false;
    };
  }, [client, board, season]);
  return shown;
}
