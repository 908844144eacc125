import { useEffect, useState } from "react";

/**
 * Where a wall stands at a moment, so that no pixel shows the same bright edge for hours. The whole picture walks through a
 * small field, pixel by pixel, and at long intervals changes its sides.
 */
export interface Drift {
  /** -1 to 1 each: parts of the field's half width and height. */
  readonly x: number;
  readonly y: number;
  /** Whether the column beside the rows stands on the left. */
  readonly swapped: boolean;
}

const stepMs = 15_000;
/** Two periods without a common divisor, in steps: the walk fills the field before it repeats, after some nine hours. */
const periods = { x: 43, y: 52 } as const;
const sideMs = 12 * 60_000;

export function driftAt(moment: number): Drift {
  const step = Math.floor(moment / stepMs);
  return {
    x: triangle(step / periods.x),
    y: triangle(step / periods.y),
    swapped: Math.floor(moment / sideMs) % 2 === 1,
  };
}

/** Counts from the moment at which the wall was opened. */
export function useDrift(): Drift {
  const [openedAt] = useState(Date.now);
  const [drift, setDrift] = useState(() => driftAt(0));
  useEffect(() => {
    const timer = setInterval(() => setDrift(driftAt(Date.now() - openedAt)), stepMs);
    return () => clearInterval(timer);
  }, [openedAt]);
  return drift;
}

/** From 0 at 0 to 1, to -1 and back, at an even pace. */
function triangle(turns: number): number {
  const part = turns - Math.floor(turns);
  if (part < 0.25) return part * 4;
  return part < 0.75 ? 2 - part * 4 : part * 4 - 4;
}
