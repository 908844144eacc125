import type { UserId } from "../domain/player.js";
import type { Score, ScoreRow } from "../domain/score.js";

/** Members with their scores as Redis lists them, flat. */
export function toRows(flat: readonly string[]): ScoreRow[] {
  const rows: ScoreRow[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    rows.push({ userId: flat[index] as UserId, score: Number(flat[index + 1]) as Score });
  }
  return rows;
}
