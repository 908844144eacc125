import { useLayoutEffect, useRef } from "react";
import { formatChange, formatScore } from "../format/score.js";
import type { Entry, Unit } from "../live/board-view.js";
import { Avatar } from "../parts/Avatar.js";
import { Flag } from "../parts/Flag.js";
import { PlayerName } from "../parts/PlayerName.js";
import { prefersStillness } from "../theme/motion.js";
import { playerPath } from "./address.js";

interface NeighboursProps {
  readonly rows: readonly Entry[];
  /** The player's own row, with the score to show. */
  readonly own: Entry | null;
  readonly board: string;
  readonly unit: Unit;
}

/** The rows around the player's, live. */
export function Neighbours({ rows, own, board, unit }: NeighboursProps) {
  const list = useGlide(rows);
  return (
    <section className="plate neighbours" aria-labelledby="neighbours-title">
      <h2 id="neighbours-title">Around</h2>
      <ol ref={list}>
        {rows.map((row) => (
          <Neighbour
            key={row.userId}
            row={row.userId === own?.userId ? own : row}
            own={own}
            board={board}
            unit={unit}
          />
        ))}
      </ol>
    </section>
  );
}

function Neighbour({ row, own, board, unit }: { row: Entry } & Omit<NeighboursProps, "rows">) {
  const isOwn = row.userId === own?.userId;
  return (
    <li data-player={row.userId} aria-current={isOwn || undefined}>
      <span className="neighbour-rank">{row.rank.toLocaleString()}</span>
      <Avatar entry={row} />
      <a className="neighbour-name" href={playerPath(row.userId, board)}>
        <PlayerName entry={row} />
      </a>
      {row.player.country ? <Flag country={row.player.country} /> : <span />}
      <span className="neighbour-score">
        {formatScore(row.score, unit)}
        <small>{isOwn || own === null ? "" : gap(row.score - own.score, unit)}</small>
      </span>
    </li>
  );
}

function gap(difference: number, unit: Unit): string {
  return difference === 0 ? "level" : formatChange(difference, unit);
}

const glide = { duration: 500, easing: "cubic-bezier(0.2, 0.85, 0.25, 1)" };

/** Rows that change places glide to the new one. */
function useGlide(rows: readonly Entry[]) {
  const list = useRef<HTMLOListElement>(null);
  const tops = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const next = new Map<string, number>();
    for (const item of list.current?.children ?? []) {
      if (!(item instanceof HTMLElement)) continue;
      const [id, top] = [item.dataset["player"] ?? "", item.offsetTop];
      const moved = (tops.current.get(id) ?? top) - top;
      next.set(id, top);
      if (moved === 0 || document.hidden || prefersStillness()) continue;
      item.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], glide);
    }
    tops.current = next;
  }, [rows]);
  return list;
}
