/** Turns values into places, linearly. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly place: (value: number) => number;
  /** The value at a place, within `from` and `to`. */
  readonly value: (place: number) => number;
}

export function linearScale(from: number, to: number, first: number, last: number): Scale {
  const [span, length] = [to - from || 1, last - first || 1];
  return {
    from,
    to,
    place: (value) => first + ((value - from) / span) * length,
    value: (place) => from + Math.max(0, Math.min(1, (place - first) / length)) * span,
  };
}

/** The values of an axis with some air, so that a line neither touches the frame nor is drawn flat by a far zero. */
export function paddedRange(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = (high - low || Math.abs(high) || 1) * 0.12;
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}

/** Round whole numbers within a range: steps of 1, 2 or 5 times a power of ten. At most `most` of them. */
export function niceTicks(from: number, to: number, most: number): number[] {
  const step = niceStep((to - from) / Math.max(1, most));
  const first = Math.ceil(from / step) * step;
  const count = Math.floor((to - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, place) => first + place * step);
}

function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power);
}

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 30, 90, 180, 365, 730, 1_825, 3_650].map((count) => count * day),
];

/** Moments to write below a chart, at whole local hours and days. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const least = (to - from) / Math.max(1, most);
  const step = timeSteps.find((candidate) => candidate >= least) ?? timeSteps.at(-1) ?? day;
  const offset = new Date(from).getTimezoneOffset() * minute;
  const first = Math.ceil((from - offset) / step) * step + offset;
  const count = Math.floor((to - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, place) => first + place * step);
}

/** How to write a moment where the chart shows so much time. */
export function timeFormat(span: number): Intl.DateTimeFormatOptions {
  if (span <= 5 * minute) return { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  if (span <= 30 * hour) return { hour: "2-digit", minute: "2-digit" };
  if (span <= 400 * day) return { month: "short", day: "numeric" };
  return { year: "numeric", month: "short" };
}
