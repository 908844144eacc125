import { nameOf } from "../format/name.js";
import { formatScore } from "../format/score.js";
import type { BoardFacts, Entry, Unit } from "../live/board-view.js";
import { goalOf, type Chase, type Goal } from "./chase.js";

export interface ShareWords {
  readonly title: string;
  readonly name: string;
  readonly rank: string;
  readonly of: string;
  readonly score: string;
  readonly line: string;
  readonly moment: string;
}

interface ShareFacts {
  readonly row: Entry;
  readonly unit: Unit;
  readonly chase: Chase;
  readonly facts: BoardFacts | null;
  readonly board: string;
  readonly tied: boolean;
}

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** What the picture says. It names its moment: a picture is not live. */
export function shareWords({ row, unit, chase, facts, board, tied }: ShareFacts): ShareWords {
  return {
    title: facts?.title ?? board,
    name: nameOf(row),
    rank: row.rank.toLocaleString(),
    of: `${tied ? "tied, " : ""}${facts === null ? "" : `of ${facts.playerCount.toLocaleString()}`}`,
    score: formatScore(row.score, unit),
    line: lineOf(goalOf(chase, row.rank), unit),
    moment: moments.format(Date.now()),
  };
}

function lineOf(goal: Goal, unit: Unit): string {
  if (goal.kind === "pass") return `${formatScore(goal.by, unit)} to pass ${nameOf(goal.rival)}`;
  return goal.kind === "lead" ? `In the lead by ${formatScore(goal.by, unit)}` : "";
}
