import { memo, useLayoutEffect, useRef, type CSSProperties } from "react";
import { hueOf } from "../../format/hue.js";
import { formatChange } from "../../format/score.js";
import type { Order, Unit } from "../../live/board-view.js";
import { prefersStillness } from "../../theme/motion.js";
import { Avatar } from "../Avatar.js";
import { Flag } from "../Flag.js";
import { Movement } from "../Movement.js";
import { PlayerName } from "../PlayerName.js";
import { ScoreText } from "../ScoreText.js";
import { Sparkline } from "../Sparkline.js";
import { ChangeChip } from "./ChangeChip.js";
import { GapText } from "./GapText.js";
import type { Row } from "./rows.js";

interface StandingRowProps {
  readonly row: Row;
  readonly unit: Unit;
  readonly order: Order;
  /** The row of the person who looks. */
  readonly own: boolean;
}

/** One place of a board. It renders only when something of it changes. */
export const StandingRow = memo(function StandingRow({ row, unit, order, own }: StandingRowProps) {
  const { entry, place, tied, movement, change, changeSince, step, steps, gap, share, trend } = row;
  const flash = useFlash(steps);
  const country = entry.player.country ?? null;
  const gained = entry.score - trend.samples[0].score;
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
        <span className="plate" data-plate="" aria-hidden="true">
          <span className="share" style={{ transform: `translateX(${(share - 1) * 100}%)` }} />
          <span className="flash" ref={flash} />
        </span>
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
          <PlayerName entry={entry} />
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
        <span className="visually-hidden">{gained === 0 ? "no change" : formatChange(gained, unit)}</span>
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

/** A light over the row for a moment, whenever `steps` grows. */
function useFlash(steps: number) {
  const element = useRef<HTMLSpanElement>(null);
  const seen = useRef(steps);
  useLayoutEffect(() => {
    if (seen.current === steps) return;
    seen.current = steps;
    if (document.hidden) return;
    element.current?.animate([{ opacity: 1 }, { opacity: 0 }], {
      duration: 1_100,
      easing: prefersStillness() ? "step-end" : "cubic-bezier(0.16, 0.6, 0.3, 1)",
    });
  }, [steps]);
  return element;
}
