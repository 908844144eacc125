import type { ScoreUnit } from "../../domain/board.js";

const points = new Intl.NumberFormat("en-US");
const places = new Intl.PluralRules("en-US", { type: "ordinal" });
const endings: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd" };

/** A score as people read it: 1,654 or, of a board in milliseconds, 1:23.456. */
export function scoreText(score: number, unit: ScoreUnit): string {
  const sign = score < 0 ? "−" : "";
  const size = Math.abs(score);
  return `${sign}${unit === "MILLISECONDS" ? timeText(size) : points.format(size)}`;
}

/** A score in a sentence: 1,654 points, 1 point, 1:23.456. */
export function scoreWords(score: number, unit: ScoreUnit): string {
  const text = scoreText(score, unit);
  return unit === "MILLISECONDS" ? text : `${text} ${Math.abs(score) === 1 ? "point" : "points"}`;
}

/** 1st, 2nd, 11th, 1,023rd. */
export function placeText(rank: number): string {
  return `${points.format(rank)}${endings[places.select(rank)] ?? "th"}`;
}

/** Hours and minutes only where there are any. */
function timeText(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const seconds = Math.floor(milliseconds / 1_000) % 60;
  const parts = hours > 0 ? [hours, two(minutes), two(seconds)] : minutes > 0 ? [minutes, two(seconds)] : [seconds];
  return `${parts.join(":")}.${String(milliseconds % 1_000).padStart(3, "0")}`;
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}
