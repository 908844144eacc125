import { useLayoutEffect, useRef } from "react";
import { prefersStillness } from "../../theme/motion.js";
import "./row-plate.css";

interface RowPlateProps {
  /** Of the leader's score, 0 to 1. */
  readonly share: number;
  /** How often the score changed so far. */
  readonly steps: number;
}

/** What a row's texts stand on: the share of the leader as a quiet bar, and a light whenever the score changes. */
export function RowPlate({ share, steps }: RowPlateProps) {
  const flash = useFlash(steps);
  return (
    <span className="plate" data-plate="" aria-hidden="true">
      <span className="share" style={{ transform: `translateX(${(share - 1) * 100}%)` }} />
      <span className="flash" ref={flash} />
    </span>
  );
}

/** A light over the row for a moment, whenever `steps` grows. */
function useFlash(steps: number) {
  const element = useRef<HTMLSpanElement>(null);
  const seen = useRef(steps);
  useLayoutEffect(() => {
    if (seen.current === steps) return;
    seen.current = steps;
    if (document.hidden) return;
    element.current?.animate([{ opacity: 1 }, { opacity: 0 }], {
      duration: 1_100,
      easing: prefersStillness() ? "step-end" : "cubic-bezier(0.16, 0.6, 0.3, 1)",
    });
  }, [steps]);
  return element;
}
