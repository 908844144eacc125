import type { BoardRules, ScoreOperator, TiePolicy } from "../domain/board.js";
import type { UserId } from "../domain/player.js";
import type { Revision, Score, ScoreRow } from "../domain/score.js";

/** How Redis keeps a board's rows: see lua/include/board-rules.lua. */
export interface KeptForm {
  /** Scores are negated, so that the better one is always the higher. */
  readonly negated: boolean;
  /** A member begins with a stamp of the revision at which its score was reached. */
  readonly stamped: boolean;
}

const stampLength = 16;
const operatorLetters: Record<ScoreOperator, string> = { ADD: "A", BEST: "B", LATEST: "L" };

/** A board's rules as meta keeps them. */
export function formatRules({ operator, order, ties }: BoardRules): string {
  return `${operatorLetters[operator]}${order === "LOWEST_FIRST" ? "L" : "H"}${ties === "FIRST_TO_REACH" ? "F" : "S"}`;
}

export function formOf({ order, ties }: Pick<BoardRules, "order" | "ties">): KeptForm {
  return { negated: order === "LOWEST_FIRST", stamped: ties === "FIRST_TO_REACH" };
}

/** @param rules as meta has them; a board without them is of a release before */
export function parseForm(rules: string | null | undefined): KeptForm {
  return { negated: rules?.[1] === "L", stamped: rules?.[2] === "F" };
}

export function tiesOf({ stamped }: KeptForm): TiePolicy {
  return stamped ? "FIRST_TO_REACH" : "SHARED";
}

/** Members with their scores as Redis lists them, flat. */
export function toRows(flat: readonly string[], form: KeptForm): ScoreRow[] {
  const rows: ScoreRow[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const member = flat[index] ?? "";
    const userId = (form.stamped ? member.slice(stampLength) : member) as UserId;
    rows.push({ userId, score: fromKept(Number(flat[index + 1]), form) });
  }
  return rows;
}

/** The score as Redis keeps it. Subtracting makes no negative zero. */
export function toKept(score: Score, { negated }: KeptForm): number {
  return negated ? 0 - score : score;
}

export function fromKept(kept: number, { negated }: KeptForm): Score {
  return (negated ? 0 - kept : kept) as Score;
}

/** The revision at which the score of a stamped member was reached. */
export function reachedAt(member: string): Revision {
  return (Number.MAX_SAFE_INTEGER - Number(member.slice(0, stampLength))) as Revision;
}

export function stampOf(revision: Revision): string {
  return String(Number.MAX_SAFE_INTEGER - revision).padStart(stampLength, "0");
}
