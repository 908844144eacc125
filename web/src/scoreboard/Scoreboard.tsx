import type { ApolloClient } from "@apollo/client";
import { useEffect, useReducer } from "react";
import { ConnectionState } from "./ConnectionState.js";
import { StandingsTable } from "./StandingsTable.js";
import { initialStandings, nextStandings } from "./standings.js";
import { watchStandings } from "./watch-standings.js";

interface ScoreboardProps {
  readonly client: ApolloClient;
  readonly board: string;
}

const revisionFormat = new Intl.NumberFormat();

/** The live top ten of one board. */
export function Scoreboard({ client, board }: ScoreboardProps) {
  const [standings, report] = useReducer(nextStandings, initialStandings);
  useEffect(() => watchStandings(client, board, report), [client, board]);

  return (
    <main>
      <header>
        <div>
          <h1>Standings</h1>
          <p className="board">
            Board <bdi>{board}</bdi>
          </p>
        </div>
        {!standings.refused && <ConnectionState connection={standings.connection} />}
      </header>
      <div className="card">
        {standings.refused ? (
          <UnknownBoard board={board} />
        ) : standings.rows === null ? (
          <p className="notice">Waiting for the standings…</p>
        ) : (
          <StandingsTable board={board} rows={standings.rows} />
        )}
      </div>
      {!standings.refused && standings.revision !== null && (
        <footer>
          Revision <span data-revision={standings.revision}>{revisionFormat.format(standings.revision)}</span>
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
