import { memo } from "react";
import type { Row } from "./standings.js";

const scoreFormat = new Intl.NumberFormat();

interface StandingsTableProps {
  readonly board: string;
  readonly rows: readonly Row[];
}

export function StandingsTable({ board, rows }: StandingsTableProps) {
  return (
    <>
      <table>
        <caption className="visually-hidden">
          The ten best scores of board <bdi>{board}</bdi>
        </caption>
        <thead>
          <tr>
            <th scope="col">Rank</th>
            <th scope="col">Player</th>
            <th scope="col">Score</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <StandingsRow key={row.userId} {...row} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="notice">No scores yet. The first one will appear here by itself.</p>}
    </>
  );
}

const StandingsRow = memo(function StandingsRow({ rank, userId, score, change, changes }: Row) {
  return (
    // CSS restarts an animation only when its name changes, so "even" and "odd" name two identical animations.
    <tr data-change={change ?? undefined} data-turn={change === null ? undefined : changes % 2 === 0 ? "even" : "odd"}>
      <td className="rank">{rank}</td>
      <th scope="row" className="player">
        {/* <bdi> keeps an id with right-to-left text or direction marks from reordering the cells beside it. */}
        <bdi title={userId}>{userId}</bdi>
      </th>
      <td className="score">{scoreFormat.format(score)}</td>
    </tr>
  );
});
