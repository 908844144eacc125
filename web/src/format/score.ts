import type { Order, Unit } from "../live/board-view.js";

const points = new Intl.NumberFormat();

/** A score as people read it: 1,654 or, in milliseconds, 1:23.456. */
export function formatScore(score: number, unit: Unit): string {
  const size = Math.abs(score);
  return `${score < 0 ? "−" : ""}${unit === "MILLISECONDS" ? formatTime(size) : points.format(size)}`;
}

/** What separates two scores, without a sign: 7 or 0.342. */
export function formatGap(from: number, to: number, unit: Unit): string {
  return formatScore(Math.abs(from - to), unit);
}

/** A change with its sign: +7, −3, −0.342. */
export function formatChange(change: number, unit: Unit): string {
  return `${change < 0 ? "−" : "+"}${formatScore(Math.abs(change), unit)}`;
}

/** Whether the first of two scores is the better one. */
export function isBetter(score: number, other: number, order: Order): boolean {
  return order === "LOWEST_FIRST" ? score < other : score > other;
}

/** Hours and minutes only where there are any: 9.042, 1:09.042, 2:01:09.042. */
function formatTime(milliseconds: number): string {
  const [hours, minutes] = [Math.floor(milliseconds / 3_600_000), Math.floor(milliseconds / 60_000) % 60];
  const seconds = `${Math.floor(milliseconds / 1_000) % 60}`;
  const rest = `${milliseconds % 1_000}`.padStart(3, "0");
  const parts = hours > 0 ? [hours, pad(minutes), pad(seconds)] : minutes > 0 ? [minutes, pad(seconds)] : [seconds];
  return `${parts.join(":")}.${rest}`;
}

function pad(part: number | string): string {
  return String(part).padStart(2, "0");
}
