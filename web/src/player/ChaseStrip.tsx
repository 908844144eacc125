import type { CSSProperties, ReactNode } from "react";
import { nameOf } from "../format/name.js";
import { formatScore } from "../format/score.js";
import type { Entry, Unit } from "../live/board-view.js";
import { Avatar } from "../parts/Avatar.js";
import { chaseOf, goalOf, progressOf, type Goal, type Ordering } from "./chase.js";

interface ChaseStripProps {
  readonly rows: readonly Entry[];
  readonly row: Entry;
  readonly unit: Unit;
  readonly ordering: Ordering;
}

/** What is missing to pass the next, and where the player stands between the two around it. */
export function ChaseStrip({ rows, row, unit, ordering }: ChaseStripProps) {
  const chase = chaseOf(rows, row, ordering);
  const { ahead, behind } = chase;
  return (
    <div className="chase">
      <p className="chase-goal">{words(goalOf(chase, row.rank), unit)}</p>
      {ahead !== null && behind !== null && (
        <div className="chase-track" aria-hidden="true">
          <Avatar entry={behind.entry} />
          <div className="chase-line">
            <div className="chase-done" style={{ "--done": progressOf(chase) } as CSSProperties} />
            <div className="chase-marker" style={{ "--done": progressOf(chase) } as CSSProperties}>
              <span>
                <Avatar entry={row} />
              </span>
            </div>
          </div>
          <Avatar entry={ahead.entry} />
        </div>
      )}
      <p className="chase-behind">
        {behind !== null && (
          <>
            <b>{amount(behind.gap, unit)}</b> ahead of <bdi>{nameOf(behind.entry)}</bdi>
          </>
        )}
      </p>
    </div>
  );
}

function words(goal: Goal, unit: Unit): ReactNode {
  switch (goal.kind) {
    case "pass":
      return (
        <>
          <b>{amount(goal.by, unit)}</b> to pass <bdi>{nameOf(goal.rival)}</bdi>
        </>
      );
    case "level": {
      const [first, ...more] = goal.others;
      return (
        <>
          Level with {first && <bdi>{nameOf(first)}</bdi>}
          {more.length > 0 && ` and ${more.length} more`}
        </>
      );
    }
    case "lead":
      return <b className="chase-lead">In the lead</b>;
    case "alone":
      return "Alone on the board";
    case "past":
      return "Past all players shown here";
  }
}

/** With a unit where a bare number would not tell: seconds below a minute. */
function amount(gap: number, unit: Unit): string {
  return unit === "MILLISECONDS" && gap < 60_000 ? `${formatScore(gap, unit)} s` : formatScore(gap, unit);
}
