import type { StandingsClient } from "../client/apollo.js";
import type { BoardView } from "../live/board-view.js";
import { boardSize } from "../parts/board-size.js";
import { StateLine } from "../parts/StateLine.js";
import type { Route } from "./route.js";
import { SeasonMenu } from "./SeasonMenu.js";

interface BoardHeaderProps {
  readonly client: StandingsClient;
  readonly route: Route;
  readonly title: string;
  readonly view: BoardView;
}

const whole = new Intl.NumberFormat();
const rate = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** What the board is, and how current it is. */
export function BoardHeader({ client, route, title, view }: BoardHeaderProps) {
  const { facts, state, viewers, changesPerSecond } = view;
  return (
    <header>
      <div className="title">
        <h1>
          <bdi>{title}</bdi>
        </h1>
        <div className="facts">
          {facts?.archived && <span className="archived">Archived</span>}
          {facts && <span>{boardSize(facts.playerCount)}</span>}
          {facts && <SeasonMenu client={client} route={route} running={facts.season} archived={facts.archived} />}
        </div>
      </div>
      <div className="state">
        <StateLine state={state} />
        {state.kind === "live" && viewers !== null && changesPerSecond !== null && (
          <p className="traffic">
            {facts?.archived ? "closed to changes" : `${rate.format(changesPerSecond)} changes/s`}
            {" · "}
            {whole.format(viewers)} watching
          </p>
        )}
      </div>
    </header>
  );
}
