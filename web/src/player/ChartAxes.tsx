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

/** How wide the scores beside the chart are, in pixels, with some air. */
export function labelsWidth(y: Scale, unit: Unit): number {
  return 14 + 7 * Math.max(...scoreTicks(y).map((tick) => write(tick, unit).length), 2);
}

function scoreTicks({ from, to }: Scale): number[] {
  return niceTicks(from, to, 4);
}

function write(score: number, unit: Unit): string {
  return unit === "POINTS" && Math.abs(score) >= 1e6 ? compact.format(score) : formatScore(score, unit);
}

/** Round scores across, round times below, and where seasons began. */
export const ChartAxes = memo(function ChartAxes(props: ChartAxesProps) {
  const { x, y, unit, width, top, bottom, window: shown, seasonStarts } = props;
  const times = new Intl.DateTimeFormat(undefined, timeFormat(shown.to - shown.from));
  return (
    <g className="chart-axes" aria-hidden="true">
      {scoreTicks(y).map((tick) => (
        <g key={tick}>
          <path d={`M${x.place(shown.from)},${y.place(tick)}H${width}`} />
          <text x="0" y={y.place(tick) + 4}>
            {write(tick, unit)}
          </text>
        </g>
      ))}
      {timeTicks(shown.from, shown.to, Math.max(1, Math.floor(width / timeWidth)))
        .filter((tick) => x.place(tick) > x.place(shown.from) + timeWidth / 3 && x.place(tick) < width - timeWidth / 3)
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
