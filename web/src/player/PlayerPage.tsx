import { useEffect } from "react";
import type { StandingsClient } from "../client/apollo.js";
import type { DemoToken } from "../client/demo-tokens.js";
import type { Session, SessionKeeper } from "../client/session.js";
import { useSession } from "../client/use-session.js";
import { nameOf } from "../format/name.js";
import { useBoard } from "../live/use-board.js";
import { usePresses } from "../presses/use-presses.js";
import type { PlayerAddress } from "./address.js";
import { Hero } from "./Hero.js";
import { PlayerGrid } from "./PlayerGrid.js";
import { PlayerHeader } from "./PlayerHeader.js";
import { useBestRank } from "./use-best-rank.js";
import { useHistory } from "./use-history.js";
import { useOwnRow } from "./use-own-row.js";
import { usePlayer } from "./use-player.js";
import { usePlayerBoards } from "./use-player-boards.js";

interface PlayerPageProps extends PlayerAddress {
  readonly client: StandingsClient;
  readonly keeper: SessionKeeper;
  readonly demoTokens: readonly DemoToken[];
}

/** Rows on either side of the player's own. */
const radius = 3;

/** A player on one board, or that there is no such board. */
export function PlayerPage({ client, keeper, demoTokens, userId, board }: PlayerPageProps) {
  const view = useBoard(client, board, { limit: 1, player: userId, radius });
  const { facts } = view;
  const title = facts?.title ?? board;
  const season = facts?.season.number ?? null;
  const about = usePlayer(client, board, userId, season);
  const boards = usePlayerBoards(client, userId);
  const you = playerOf(useSession(keeper));
  const target = { board, userId, operator: about?.board?.operator ?? "ADD" } as const;
  const presses = usePresses(client, keeper, target);
  const own = useOwnRow(view, userId, about?.player, presses.state, target.operator);
  const shownHistory = useHistory(client, board, userId, own.told);
  const bestRank = useBestRank(about, own.row?.rank ?? null, season);
  const name = nameOf(own.identity);

  useEffect(() => {
    document.title = `${name} – ${title} – Standings`;
  }, [name, title]);

  return (
    <div className="player-page" data-state={view.state.kind}>
      <PlayerHeader {...{ board, userId, title, boards, you }} state={view.state} rank={own.row?.rank ?? null} />
      {view.refused ? (
        <NoBoard board={board} />
      ) : facts === null ? (
        // A score of an unknown unit is not shown: a time would be read as points.
        <main className="player-grid">
          <section className="hero-plate plate" aria-label="Now">
            <Hero own={own} unit={null} players={null} />
          </section>
        </main>
      ) : (
        <PlayerGrid
          {...{ client, keeper, demoTokens, view, facts, about, you, target, presses, own, shownHistory, bestRank }}
        />
      )}
    </div>
  );
}

function NoBoard({ board }: { readonly board: string }) {
  return (
    <main className="plate notice" role="alert">
      <h1>No such board</h1>
      <p>
        There is no board called “<bdi>{board}</bdi>” here. <a href="/">Show the main board</a>
      </p>
    </main>
  );
}

/** Who is signed in as a player; services and admins have no place on a board. */
function playerOf(session: Session | null): string | null {
  const facts = session?.facts;
  return facts?.kind === "claims" && facts.role === "player" ? facts.subject : null;
}
