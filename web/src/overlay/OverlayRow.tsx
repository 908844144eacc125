import { memo, type CSSProperties } from "react";
import { hueOf } from "../format/hue.js";
import type { Order, Unit } from "../live/board-view.js";
import { Avatar } from "../parts/Avatar.js";
import { PlayerName } from "../parts/PlayerName.js";
import { ScoreText } from "../parts/ScoreText.js";
import { ChangeChip } from "../parts/standings/ChangeChip.js";
import type { Row } from "../parts/standings/rows.js";

interface OverlayRowProps {
  readonly row: Row;
  readonly unit: Unit;
  readonly order: Order;
}

/** One place, as small as a picture of a broadcast wants it. */
export const OverlayRow = memo(function OverlayRow({ row, unit, order }: OverlayRowProps) {
  const { entry, place, change, changeSince } = row;
  return (
    <li
      data-player={entry.userId}
      data-place={place + 1}
      data-rank={entry.rank}
      style={{ "--hue": hueOf(entry.userId) } as CSSProperties}
    >
      <span className="overlay-rank">{entry.rank}</span>
      <Avatar entry={entry} />
      <PlayerName entry={entry} />
      <span className="overlay-change" aria-hidden="true">
        {change !== null && <ChangeChip key={changeSince} amount={change} unit={unit} order={order} />}
      </span>
      <span className="overlay-score">
        <ScoreText score={entry.score} unit={unit} />
      </span>
    </li>
  );
});
