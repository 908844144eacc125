import { memo, type CSSProperties } from "react";
import { hueOf } from "../../format/hue.js";
import { playerPath } from "../../format/paths.js";
import { formatChange } from "../../format/score.js";
import type { Order, Unit } from "../../live/board-view.js";
import { Avatar } from "../Avatar.js";
import { Flag } from "../Flag.js";
import { Movement } from "../Movement.js";
import { PlayerName } from "../PlayerName.js";
import { ScoreText } from "../ScoreText.js";
import { Sparkline } from "../Sparkline.js";
import { ChangeChip } from "./ChangeChip.js";
import { GapText } from "./GapText.js";
import { RowPlate } from "./RowPlate.js";
import type { Row } from "./rows.js";
import "./standing-row.css";

interface StandingRowProps {
  readonly row: Row;
  /** The board whose players the rows lead to; null: they lead nowhere. */
  readonly board: string | null;
  readonly unit: Unit;
  readonly order: Order;
  /** The row of the person who looks. */
  readonly own: boolean;
}

/** One place of a board. It renders only when something of it changes. */
export const StandingRow = memo(function StandingRow({ row, board, unit, order, own }: StandingRowProps) {
  const { entry, place, tied, movement, change, changeSince, step, steps, gap, share, trend } = row;
  const country = entry.player.country ?? null;
  return (
    <tr
      data-player={entry.userId}
      data-place={place + 1}
      data-rank={entry.rank}
      data-change={step ?? undefined}
      data-turn={step === null ? undefined : steps % 2 === 0 ? "even" : "odd"}
      data-own={own || undefined}
      style={{ "--hue": hueOf(entry.userId) } as CSSProperties}
    >
      <td className="rank">
        <RowPlate share={share} steps={steps} />
        <span className="numeral" data-grows="">
          {entry.rank}
        </span>
        {tied && <span className="tie">tie</span>}
      </td>
      <td className="moved">
        <Movement movement={movement} />
      </td>
      <th scope="row" className="player">
        <span className="who" data-grows="">
          <Avatar entry={entry} />
          {board === null ? (
            <PlayerName entry={entry} />
          ) : (
            <a className="to-player" href={playerPath(entry.userId, board)}>
              <PlayerName entry={entry} />
            </a>
          )}
          {country !== null && <Flag country={country} />}
          {own && <span className="you">you</span>}
        </span>
      </th>
      <td className="trend">
        {change !== null && (
          <span className="change-place" aria-hidden="true">
            <ChangeChip key={changeSince} amount={change} unit={unit} order={order} />
          </span>
        )}
        <span className="line">
          <Sparkline points={trend.points} />
        </span>
        <span className="visually-hidden">{trend.change === 0 ? "no change" : formatChange(trend.change, unit)}</span>
      </td>
      <td className="score" data-grows="">
        <ScoreText score={entry.score} unit={unit} />
      </td>
      <td className="gap">
        <GapText gap={gap} unit={unit} />
      </td>
    </tr>
  );
});
