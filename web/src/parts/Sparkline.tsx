import { memo } from "react";
import type { SparklinePoint } from "./row-values.js";
import "./sparkline.css";

interface SparklineProps {
  readonly points: readonly SparklinePoint[];
}

/** A small line without axes, as large as its container. Decorative: what it shows is said elsewhere in words. */
export const Sparkline = memo(function Sparkline({ points }: SparklineProps) {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return <svg className="sparkline" aria-hidden="true" />;
  const line = points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${at(x)} ${at(1 - y)}`).join("");
  return (
    <svg className="sparkline" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <path className="sparkline-area" d={`${line}V100H${at(first[0])}Z`} />
      <path className="sparkline-line" d={line} />
      {/* A line without length and with round ends is a dot that stays round when the drawing is stretched. */}
      <path className="sparkline-end" d={`M${at(last[0])} ${at(1 - last[1])}h0`} />
    </svg>
  );
});

function at(part: number): string {
  return (part * 100).toFixed(1);
}
