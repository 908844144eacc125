import { useLayoutEffect, useRef } from "react";
import { formatChange, isBetter } from "../../format/score.js";
import type { Order, Unit } from "../../live/board-view.js";
import { prefersStillness } from "../../theme/motion.js";
import { changeShownMs } from "./story.js";
import "./change-chip.css";

interface ChangeChipProps {
  readonly amount: number;
  readonly unit: Unit;
  readonly order: Order;
}

/**
 * The change just made to a score, which pops up and fades by itself. Give it a key for each change. Animated by a script
 * and not by CSS: a CSS animation begins anew whenever its row moves in the document.
 */
export function ChangeChip({ amount, unit, order }: ChangeChipProps) {
  const element = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    if (prefersStillness()) return;
    const animation = element.current?.animate(
      [
        { opacity: 0, transform: "translateY(45%) scale(0.8)" },
        { opacity: 1, transform: "none", offset: 0.09, easing: "linear" },
        { opacity: 1, transform: "none", offset: 0.78, easing: "ease-in" },
        { opacity: 0, transform: "translateY(-35%)" },
      ],
      { duration: changeShownMs, easing: "cubic-bezier(0.16, 1, 0.3, 1)", fill: "forwards" },
    );
    return () => animation?.cancel();
  }, []);
  return (
    <span className={`change change-${isBetter(amount, 0, order) ? "better" : "worse"}`} ref={element}>
      {formatChange(amount, unit)}
    </span>
  );
}
