import type { Page } from "../../src/commands/standings-pages.js";
import type { Row } from "./board-model.js";

export function rowsOf({ rows }: Page): Row[] {
  return rows.map(({ entry: { userId, score, rank } }) => ({ userId, score, rank }));
}

/** The cursor of a page's last row. */
export function endOf({ rows }: Page): string | undefined {
  return rows.at(-1)?.cursor;
}

/** A cursor of a season that runs, made without the service. */
export function live(board: string, season: number, score: number, member: string): string {
  return encoded(`live1:${board}:${season}:${score}:${member}`);
}

export function encoded(text: string): string {
  return Buffer.from(text).toString("base64url");
}
