import { useRef } from "react";
import { nameOf } from "../../format/name.js";
import { ordinal } from "../../format/ordinal.js";
import { formatScore } from "../../format/score.js";
import type { Entry, Order, Unit } from "../../live/board-view.js";
import { shownRows } from "./events.js";
import { useGlide } from "./glide.js";
import { LeadMoment } from "./LeadMoment.js";
import { alsoOnLastRank, type Row } from "./rows.js";
import { StandingRow } from "./StandingRow.js";
import "./standings.css";

interface StandingsProps {
  /** What the table is called by screen readers. */
  readonly caption: string;
  /** The board whose players the rows lead to; null: they lead nowhere. */
  readonly board: string | null;
  readonly rows: readonly Row[];
  /** All rows that the server sent, some of which may be below the shown ones. */
  readonly entries: readonly Entry[];
  readonly unit: Unit;
  readonly order: Order;
  /** The player who looks, if known. */
  readonly you: string | null;
  /** How often the lead changed so far. */
  readonly leads: number;
  /** The rows may be out of date, and are drawn quieter. */
  readonly quiet: boolean;
}

/**
 * The best ten rows, as large as the container: places without a player stay visible, so that a board that fills does
 * not jump.
 */
export function Standings({ caption, board, rows, entries, unit, order, you, leads, quiet }: StandingsProps) {
  const list = useRef<HTMLTableSectionElement>(null);
  useGlide(list, rows);
  return (
    <div className="standings" data-quiet={quiet || undefined} data-digits={digitsOf(rows, unit)}>
      <div className="places" aria-hidden="true">
        {Array.from({ length: shownRows }, (_, place) => (
          <span key={place}>{place < rows.length ? "" : place + 1}</span>
        ))}
      </div>
      <table>
        <caption className="visually-hidden">{caption}</caption>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Rank</th>
            <th scope="col">Places gained in the last minute</th>
            <th scope="col">Player</th>
            <th scope="col">Change in the last minute</th>
            <th scope="col">Score</th>
            <th scope="col">Gap to the place above</th>
          </tr>
        </thead>
        <tbody ref={list}>
          {rows.map((row) => (
            <StandingRow key={row.entry.userId} {...{ row, board, unit, order }} own={row.entry.userId === you} />
          ))}
        </tbody>
      </table>
      <LeadMoment leads={leads} />
      <AlsoOnLastRank entries={entries} />
    </div>
  );
}

/** Names those who share the last rank and find no room. The server sent some rows more, so there may be others. */
function AlsoOnLastRank({ entries }: Pick<StandingsProps, "entries">) {
  const also = alsoOnLastRank(entries);
  const rank = also[0]?.rank;
  if (rank === undefined) return null;
  const maybeMore = also.length === entries.length - shownRows;
  return (
    <p className="also">
      also on {ordinal(rank)}:{" "}
      {also.map((entry, index) => (
        <span key={entry.userId}>
          {index > 0 && ", "}
          <bdi>{nameOf(entry)}</bdi>
        </span>
      ))}
      {maybeMore && " and perhaps more"}
    </p>
  );
}

/** The longest score decides how large all are written, so that they stay comparable. */
function digitsOf(rows: readonly Row[], unit: Unit): "few" | "some" | "many" {
  const longest = Math.max(0, ...rows.map(({ entry }) => formatScore(entry.score, unit).length));
  return longest <= 8 ? "few" : longest <= 13 ? "some" : "many";
}
