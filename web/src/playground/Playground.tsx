import { GraphiQL } from "graphiql";
import { useMemo, useState } from "react";
import type { StandingsClient } from "../client/apollo.js";
import type { DemoToken } from "../client/demo-tokens.js";
import type { SessionKeeper } from "../client/session.js";
import { useSession } from "../client/use-session.js";
import { ActAs } from "./ActAs.js";
import { BoardChoice } from "./BoardChoice.js";
import { CopyMenu } from "./CopyMenu.js";
import { exampleTabs } from "./examples.js";
import { ExamplePlayer } from "./ExamplePlayer.js";
import { createFetcher } from "./fetcher.js";
import { LiveBoard } from "./LiveBoard.js";

interface PlaygroundProps {
  readonly client: StandingsClient;
  readonly keeper: SessionKeeper;
  readonly demoTokens: readonly DemoToken[];
}

/** Whom the examples are about while nobody is signed in. */
const somebody = "user123";

/** GraphiQL, with a choice of tokens above it and a live board beside it. */
export function Playground({ client, keeper, demoTokens }: PlaygroundProps) {
  const session = useSession(keeper);
  const facts = session?.facts;
  const player = facts?.kind === "claims" && facts.role === "player" ? facts.subject : null;
  const fetcher = useMemo(() => createFetcher(keeper), [keeper]);
  const [board, setBoard] = useState("main");
  const [watching, setWatching] = useState(() => matchMedia("(min-width: 75rem)").matches);
  // Only the first visit uses them; ExamplePlayer keeps their player right.
  const [tabs] = useState(() => exampleTabs(player ?? somebody));

  return (
    <div className="playground">
      <header className="playground-header">
        <h1>
          <a href="/">Standings</a> <span>Playground</span>
        </h1>
        <ActAs keeper={keeper} demoTokens={demoTokens} />
        <button type="button" className="act-as-choice" aria-pressed={watching} onClick={() => setWatching(!watching)}>
          Live board
        </button>
      </header>
      <main className="playground-editor">
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={tabs}
          defaultEditorToolsVisibility="variables"
          // A token is for this visit only: the browser does not store headers, and the settings don't offer to.
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo> </GraphiQL.Logo>
          <GraphiQL.Toolbar>
            {({ prettify, copy, merge }) => (
              <>
                {prettify}
                {merge}
                {copy}
                <CopyMenu signedIn={session !== null} />
                <ExamplePlayer player={player} />
              </>
            )}
          </GraphiQL.Toolbar>
        </GraphiQL>
      </main>
      {watching && (
        <aside className="playground-board" aria-label="Live board">
          <BoardChoice client={client} board={board} choose={setBoard} />
          <LiveBoard client={client} board={board} player={player} />
        </aside>
      )}
    </div>
  );
}
