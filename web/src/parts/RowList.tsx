import { useLayoutEffect, useRef } from "react";
import { formatChange, formatScore } from "../format/score.js";
import type { Entry, Unit } from "../live/board-view.js";
import { Avatar } from "./Avatar.js";
import { Flag } from "./Flag.js";
import { PlayerName } from "./PlayerName.js";
import { prefersStillness } from "../theme/motion.js";
import { playerPath } from "../format/paths.js";
import "./row-list.css";

interface RowListProps {
  readonly rows: readonly Entry[];
  /** The row that stands out, with the score to show; null: none does. */
  readonly own: Entry | null;
  readonly board: string;
  readonly unit: Unit;
  /** Whether each row says how far it is from the own one. */
  readonly gaps: boolean;
}

/** Rows of a board without their story: each links to its player, and glides when it changes places. */
export function RowList({ rows, own, board, unit, gaps }: RowListProps) {
  const list = useGlide(rows);
  return (
    <ol className="row-list" ref={list}>
      {rows.map((row) => (
        <Row
          key={row.userId}
          row={row.userId === own?.userId ? own : row}
          own={own}
          board={board}
          unit={unit}
          gaps={gaps}
        />
      ))}
    </ol>
  );
}

function Row({ row, own, board, unit, gaps }: { row: Entry } & Omit<RowListProps, "rows">) {
  const isOwn = row.userId === own?.userId;
  return (
    <li data-player={row.userId} aria-current={isOwn || undefined}>
      <span className="row-rank">{row.rank.toLocaleString()}</span>
      <Avatar entry={row} />
      <a className="row-name" href={playerPath(row.userId, board)}>
        <PlayerName entry={row} />
      </a>
      {row.player.country ? <Flag country={row.player.country} /> : <span />}
      <span className="row-score">
        {formatScore(row.score, unit)}
        <small>{isOwn || own === null || !gaps ? "" : gap(row.score - own.score, unit)}</small>
      </span>
    </li>
  );
}

function gap(difference: number, unit: Unit): string {
  return difference === 0 ? "level" : formatChange(difference, unit);
}

const glide = { duration: 500, easing: "cubic-bezier(0.2, 0.85, 0.25, 1)" };

/** Rows that change places glide to the new one, from where they are seen. */
function useGlide(rows: readonly Entry[]) {
  const list = useRef<HTMLOListElement>(null);
  const tops = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const next = new Map<string, number>();
    for (const item of list.current?.children ?? []) {
      if (!(item instanceof HTMLElement)) continue;
      const [id, top] = [item.dataset["player"] ?? "", item.offsetTop];
      const before = tops.current.get(id) ?? top;
      next.set(id, top);
      if (before === top || document.hidden || prefersStillness()) continue;
      const moved = before + offsetOf(item) - top;
      for (const animation of item.getAnimations()) animation.cancel();
      item.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], glide);
    }
    tops.current = next;
  }, [rows]);
  return list;
}

/** How far from its place a row is, because it still glides. */
function offsetOf(row: HTMLElement): number {
  return row.getAnimations().length === 0 ? 0 : new DOMMatrix(getComputedStyle(row).transform).m42;
}
