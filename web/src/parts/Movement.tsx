import type { MovementValue } from "./row-values.js";
import "./movement.css";

interface MovementProps {
  readonly movement: MovementValue;
}

/** An arrow and the number of places. Nothing when there was no movement. */
export function Movement({ movement }: MovementProps) {
  if (movement === 0) return null;
  if (movement === "new") return <span className="movement movement-new">New</span>;
  const places = Math.abs(movement);
  const spoken = `${movement > 0 ? "up" : "down"} ${places}`;
  return (
    <span className={`movement movement-${movement > 0 ? "up" : "down"}`}>
      <span className="visually-hidden">{spoken}</span>
      <span aria-hidden="true">{places}</span>
    </span>
  );
}
