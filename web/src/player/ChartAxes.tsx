import { memo } from "react";
import { formatScore } from "../format/score.js";
import type { Unit } from "../live/board-view.js";
import type { Window } from "./chart-path.js";
import { niceTicks, timeFormat, timeTicks, type Scale } from "./chart-scale.js";

interface ChartAxesProps {
  readonly x: Scale;
  readonly y: Scale;
  readonly unit: Unit;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly window: Window;
  readonly seasonStarts: readonly number[];
}

/** Room that a written time needs, in pixels. */
const timeWidth = 110;
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 2 });

/** Round scores across, round times below, and where seasons began. */
export const ChartAxes = memo(function ChartAxes(props: ChartAxesProps) {
  const { x, y, unit, width, top, bottom, window: shown, seasonStarts } = props;
  const times = new Intl.DateTimeFormat(undefined, timeFormat(shown.to - shown.from));
  const write = (score: number) =>
    unit === "POINTS" && Math.abs(score) >= 1e6 ? compact.format(score) : formatScore(score, unit);
  return (
    <g className="chart-axes" aria-hidden="true">
      {niceTicks(y.from, y.to, 4).map((tick) => (
        <g key={tick}>
          <path d={`M0,${y.place(tick)}H${width}`} />
          <text x="2" y={y.place(tick) - 5}>
            {write(tick)}
          </text>
        </g>
      ))}
      {timeTicks(shown.from, shown.to, Math.max(1, Math.floor(width / timeWidth)))
        .filter((tick) => x.place(tick) > timeWidth / 3 && x.place(tick) < width - timeWidth / 3)
        .map((tick) => (
          <text key={tick} x={x.place(tick)} y={bottom + 22} textAnchor="middle">
            {times.format(tick)}
          </text>
        ))}
      {seasonStarts
        .filter((start) => start > shown.from && start < shown.to)
        .map((start) => (
          <path key={start} className="chart-season" d={`M${x.place(start)},${top}V${bottom}`} />
        ))}
    </g>
  );
});
