import { useState } from "react";
import type { StandingsClient } from "../client/apollo.js";
import type { Entry } from "../live/board-view.js";
import { useBoard } from "../live/use-board.js";
import { StateLine } from "../parts/StateLine.js";
import { StandingsTable } from "./StandingsTable.js";
import { nextRows, type Row } from "./standings.js";

interface ScoreboardProps {
  readonly client: StandingsClient;
  readonly board: string;
}

const revisionFormat = new Intl.NumberFormat();

/** The live top ten of one board. */
export function Scoreboard({ client, board }: ScoreboardProps) {
  const { state, snapshot, refused } = useBoard(client, board, { limit: 10 });
  const rows = useRows(snapshot?.entries ?? null);
  const revision = snapshot?.revision ?? null;

  return (
    <main>
      <header>
        <div>
          <h1>Standings</h1>
          <p className="board">
            Board <bdi>{board}</bdi>
          </p>
        </div>
        {!refused && <StateLine state={state} />}
      </header>
      <div className="card">
        {refused ? (
          <UnknownBoard board={board} />
        ) : rows === null ? (
          <p className="notice">Waiting for the standings…</p>
        ) : (
          <StandingsTable board={board} rows={rows} />
        )}
      </div>
      {!refused && revision !== null && (
        <footer>
          Revision <span data-revision={revision}>{revisionFormat.format(revision)}</span>
        </footer>
      )}
    </main>
  );
}

function UnknownBoard({ board }: { readonly board: string }) {
  return (
    <div role="alert" className="notice">
      <p>
        There is no board called “<bdi>{board}</bdi>” here.
      </p>
      <p>
        <a href="/">Show the main board</a>
      </p>
    </div>
  );
}

function useRows(entries: readonly Entry[] | null): readonly Row[] | null {
  const [shown, setShown] = useState<{ entries: readonly Entry[]; rows: readonly Row[] } | null>(null);
  if (entries === null || entries === shown?.entries) return shown?.rows ?? null;
  const rows = nextRows(shown?.rows ?? null, entries);
  setShown({ entries, rows });
  return rows;
}
