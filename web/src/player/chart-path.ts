import type { Scale } from "./chart-scale.js";
import type { Stretch } from "./history.js";

/** The window of time that a chart shows. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * The path of a stretch's steps within a window, as the `d` of an SVG path: a score stays until the next change. Empty
 * when the stretch lies outside. Steps that fall on one pixel become one, so that the path has at most some points a
 * pixel, however long the history is.
 */
export function stepPath({ events, until }: Stretch, { from, to }: Window, x: Scale, y: Scale): string {
  const end = Math.min(until, to);
  const commands: string[] = [];
  for (const [place, { at, score }] of events.entries()) {
    const following = events[place + 1];
    const next = following?.at ?? end;
    if (next < from || at > end) continue;
    const left = x.place(Math.max(at, from));
    const isLastOfPixel = following === undefined || Math.round(x.place(Math.min(next, end))) !== Math.round(left);
    if (commands.length === 0) commands.push(`M${round(left)},${round(y.place(score))}`);
    else if (isLastOfPixel) commands.push(`H${round(left)}`, `V${round(y.place(score))}`);
  }
  return commands.length === 0 ? "" : [...commands, `H${round(x.place(end))}`].join("");
}

/** The same path closed along the bottom, to fill. */
export function areaPath(line: string, bottom: number): string {
  const start = /^M([^,]+),/.exec(line)?.[1];
  return start === undefined ? "" : `${line}V${round(bottom)}H${start}Z`;
}

/** Scores that a window shows, for the range of its axis. */
export function scoresWithin(stretches: readonly Stretch[], { from, to }: Window): number[] {
  return stretches.flatMap(({ events, until }) =>
    until < from
      ? []
      : events
          .filter(({ at }, place) => at <= to && (events[place + 1]?.at ?? until) >= from)
          .map(({ score }) => score),
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
