import { formatGap } from "../../format/score.js";
import type { Unit } from "../../live/board-view.js";
import type { Gap } from "./standing.js";

interface GapTextProps {
  readonly gap: Gap;
  readonly unit: Unit;
}

/** The distance to the place above, as sports write it: points are missing, times are too long. */
export function GapText({ gap, unit }: GapTextProps) {
  switch (gap.kind) {
    case "leads":
      return <>leads by {formatGap(gap.by, 0, unit)}</>;
    case "level":
      return <>level</>;
    case "alone":
      return null;
    case "behind":
      return (
        <>
          <span className="visually-hidden">{formatGap(gap.by, 0, unit)} behind</span>
          <span aria-hidden="true">
            {unit === "MILLISECONDS" ? "+" : "−"}
            {formatGap(gap.by, 0, unit)}
          </span>
        </>
      );
  }
}
