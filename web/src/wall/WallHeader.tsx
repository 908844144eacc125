import { formatRemaining } from "../format/time.js";
import type { BoardFacts, BoardView } from "../live/board-view.js";
import { boardSize } from "../parts/board-size.js";
import { StateLine } from "../parts/StateLine.js";
import { useNow } from "../parts/use-now.js";
import "./wall-header.css";

interface WallHeaderProps {
  readonly title: string;
  readonly view: BoardView;
}

const whole = new Intl.NumberFormat();
const rate = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** What the board is, and how current it is, to be read from the other end of a hall. */
export function WallHeader({ title, view: { facts, state, viewers, changesPerSecond } }: WallHeaderProps) {
  return (
    <header className="wall-header">
      <div className="wall-title">
        <h1>
          <bdi>{title}</bdi>
        </h1>
        {facts && <Facts facts={facts} />}
      </div>
      <div className="wall-state">
        <StateLine state={state} />
        <p className="wall-traffic">
          {state.kind === "live" && changesPerSecond !== null && `${rate.format(changesPerSecond)} changes/s`}
          {state.kind === "live" && viewers !== null && ` · ${whole.format(viewers)} watching`}
        </p>
      </div>
    </header>
  );
}

function Facts({ facts: { playerCount, season, archived } }: { readonly facts: BoardFacts }) {
  const now = useNow(1_000);
  const end = season.endsAt === null ? null : Date.parse(season.endsAt) - now;
  return (
    <p className="wall-facts">
      <span>{boardSize(playerCount)}</span>
      <span>season {season.number}</span>
      {archived && <span>archived</span>}
      {end !== null && end > 0 && <span>ends in {formatRemaining(end)}</span>}
    </p>
  );
}
