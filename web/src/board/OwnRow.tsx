import { useMemo, type CSSProperties } from "react";
import { hueOf } from "../format/hue.js";
import { nameOf } from "../format/name.js";
import { playerPath } from "../format/paths.js";
import { formatGap } from "../format/score.js";
import type { Entry, Order, Snapshot, Unit } from "../live/board-view.js";
import { Avatar } from "../parts/Avatar.js";
import { Movement } from "../parts/Movement.js";
import { PlayerName } from "../parts/PlayerName.js";
import { ScoreText } from "../parts/ScoreText.js";
import { useRows } from "../parts/standings/use-rows.js";
import "./own-row.css";

interface OwnRowProps {
  readonly player: string;
  readonly board: string;
  /** The player's row and its neighbours; empty without a score, null while the server has not told. */
  readonly around: readonly Entry[] | null;
  readonly season: number;
  readonly unit: Unit;
  readonly order: Order;
  readonly quiet: boolean;
}

/** The row of the person who looks, when it is not among the shown ones. */
export function OwnRow({ player, board, around, season, unit, order, quiet }: OwnRowProps) {
  const snapshot = useMemo<Snapshot | null>(
    () => (around === null ? null : { season, revision: null, entries: around }),
    [around, season],
  );
  const { rows } = useRows(snapshot, order);
  const row = rows.find(({ entry }) => entry.userId === player);
  if (around === null) return null;
  if (!row) {
    return (
      <section className="own" aria-label="Your place" data-quiet={quiet || undefined}>
        <p>
          <bdi>{player}</bdi> has no score on this board yet.
        </p>
      </section>
    );
  }
  const { entry, movement, gap, place } = row;
  const above = around[place - 1];
  return (
    <section
      className="own"
      aria-label="Your place"
      data-quiet={quiet || undefined}
      style={{ "--hue": hueOf(player) } as CSSProperties}
    >
      <span className="numeral">{entry.rank}</span>
      <Avatar entry={entry} />
      <div className="own-words">
        <p className="own-name">
          <a className="to-player" href={playerPath(player, board)}>
            <PlayerName entry={entry} />
          </a>
          <span className="you">you</span>
        </p>
        <p className="own-gap">
          {gap.kind === "level" && above && (
            <>
              level with <bdi>{nameOf(above)}</bdi>
            </>
          )}
          {gap.kind === "behind" && above && (
            <>
              <b>{formatGap(gap.by, 0, unit)}</b> behind <bdi>{nameOf(above)}</bdi>
            </>
          )}
        </p>
      </div>
      <Movement movement={movement} />
      <span className="own-score">
        <ScoreText score={entry.score} unit={unit} />
      </span>
    </section>
  );
}
