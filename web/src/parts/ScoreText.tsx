import { useLayoutEffect, useRef } from "react";
import { formatScore } from "../format/score.js";
import type { Unit } from "../live/board-view.js";
import { prefersStillness } from "../theme/motion.js";
import { countUp } from "./count-up.js";

interface ScoreTextProps {
  readonly score: number;
  readonly unit: Unit;
}

/**
 * A score that counts to its new value within half a second. React renders the first score only; later ones are written
 * into the text node, so that counting re-renders nothing.
 */
export function ScoreText({ score, unit }: ScoreTextProps) {
  const element = useRef<HTMLSpanElement>(null);
  const shown = useRef(score);
  const first = useRef(score);

  useLayoutEffect(() => {
    const text = element.current?.firstChild;
    if (!text) return;
    const write = (value: number) => {
      shown.current = value;
      text.nodeValue = formatScore(value, unit);
    };
    if (prefersStillness() || document.hidden) {
      write(score);
      return;
    }
    return countUp(shown.current, score, write);
  }, [score, unit]);

  return (
    <span className="score-text" ref={element}>
      {formatScore(first.current, unit)}
    </span>
  );
}
