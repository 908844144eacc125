import type { ApolloClient } from "@apollo/client";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { formatScore } from "../format/score.js";
import type { Order, Unit } from "../live/board-view.js";
import { ChartAxes, labelsWidth } from "./ChartAxes.js";
import { areaPath, scoresWithin, stepPath, type Window } from "./chart-path.js";
import { linearScale, paddedRange } from "./chart-scale.js";
import { moveCursor } from "./chart-cursor.js";
import { scoreAtTime, type Stretch } from "./history.js";
import { useScoreAt } from "./use-score-at.js";

interface HistoryChartProps {
  readonly client: ApolloClient;
  readonly board: string;
  readonly userId: string;
  readonly unit: Unit;
  readonly order: Order;
  readonly stretches: readonly Stretch[];
  readonly seasonStarts: readonly number[];
  readonly window: Window;
}

const height = 260;
const margin = { top: 14, right: 10, bottom: 30 };
const exactMoment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/**
 * The score's steps. A pointer over it, or the arrow keys, choose a moment, whose exact score the server tells. Better
 * is up, also where lower scores are better.
 */
export function HistoryChart(props: HistoryChartProps) {
  const { client, board, userId, unit, order, stretches, seasonStarts, window: shown } = props;
  const [frame, width] = useWidth();
  const [cursor, setCursor] = useState<number | null>(null);
  const gradient = useId();
  const at = cursor === null ? null : Math.max(shown.from, Math.min(shown.to, cursor));
  const exact = useScoreAt(client, board, userId, at);

  const [low, high] = paddedRange(scoresWithin(stretches, shown));
  const [top, bottom] = [margin.top, height - margin.bottom];
  const y = order === "LOWEST_FIRST" ? linearScale(low, high, top, bottom) : linearScale(low, high, bottom, top);
  const x = linearScale(shown.from, shown.to, labelsWidth(y, unit), width - margin.right);
  const known = at === null ? null : scoreAtTime(stretches, at);
  const score = exact === undefined ? (known?.score ?? null) : exact;
  const last = stretches.at(-1)?.events.at(-1);

  const choose = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>) =>
    setCursor(Math.round(x.value(clientX - currentTarget.getBoundingClientRect().left)));
  const keys = (event: KeyboardEvent) => {
    const moved = moveCursor(event.key, at, stretches, shown);
    if (moved === undefined) return;
    event.preventDefault();
    setCursor(moved);
  };
  const words = at === null ? "" : score === null ? "no score yet" : formatScore(score, unit);

  return (
    <div className="chart" ref={frame}>
      <p className="chart-reading" data-exact={exact === undefined ? undefined : score}>
        {at === null ? (
          <span className="quiet">Point at the line, or use the arrow keys</span>
        ) : (
          <>
            <b>{words}</b> <span>{exactMoment.format(at)}</span>{" "}
            <span className="chart-exact">{exact === undefined ? "" : "exact"}</span>
          </>
        )}
      </p>
      <svg
        width={width}
        height={height}
        role="slider"
        tabIndex={0}
        aria-label="Moment"
        aria-valuemin={0}
        aria-valuemax={Math.max(1, Math.round(shown.to - shown.from))}
        aria-valuenow={Math.round((at ?? shown.to) - shown.from)}
        aria-valuetext={at === null ? "no moment chosen" : `${words}, ${exactMoment.format(at)}`}
        onPointerMove={choose}
        onPointerDown={choose}
        onPointerLeave={({ pointerType }) => pointerType === "mouse" && setCursor(null)}
        onKeyDown={keys}
        onBlur={() => setCursor(null)}
      >
        <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" className="chart-fill-from" />
          <stop offset="1" className="chart-fill-to" />
        </linearGradient>
        <ChartAxes {...{ x, y, unit, width, bottom, top }} window={shown} seasonStarts={seasonStarts} />
        {stretches.map((stretch) => {
          const line = stepPath(stretch, shown, x, y);
          return (
            <g key={stretch.events[0]?.revision}>
              <path d={areaPath(line, bottom)} fill={`url(#${gradient})`} />
              <path d={line} className="chart-line" />
            </g>
          );
        })}
        {last && at === null && <circle className="chart-now" cx={x.place(shown.to)} cy={y.place(last.score)} r="5" />}
        {at !== null && (
          <g className="chart-cursor">
            <path d={`M${x.place(at)},${top}V${bottom}`} />
            {score !== null && <circle cx={x.place(at)} cy={y.place(score)} r="6" />}
          </g>
        )}
      </svg>
    </div>
  );
}

/** The width of an element, as it changes. */
function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.max(200, Math.floor(entry?.contentRect.width ?? 600))),
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width] as const;
}
