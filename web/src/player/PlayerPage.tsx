import { useEffect } from "react";
import type { StandingsClient } from "../client/apollo.js";
import type { DemoToken } from "../client/demo-tokens.js";
import type { SessionKeeper } from "../client/session.js";
import { nameOf } from "../format/name.js";
import type { BoardFacts } from "../live/board-view.js";
import { useBoard } from "../live/use-board.js";
import { AddPanel } from "../parts/AddPanel.js";
import { usePresses } from "../presses/use-presses.js";
import type { PlayerAddress } from "./address.js";
import { ChaseStrip } from "./ChaseStrip.js";
import { Hero } from "./Hero.js";
import { HistoryCard } from "./HistoryCard.js";
import { Neighbours } from "./Neighbours.js";
import { PlayerHeader } from "./PlayerHeader.js";
import { Seasons } from "./Seasons.js";
import { ShareButton } from "./ShareButton.js";
import { Unscored } from "./Unscored.js";
import { useBestRank } from "./use-best-rank.js";
import { useHistory } from "./use-history.js";
import { useOwnRow } from "./use-own-row.js";
import { usePlayer } from "./use-player.js";

interface PlayerPageProps extends PlayerAddress {
  readonly client: StandingsClient;
  readonly keeper: SessionKeeper;
  readonly demoTokens: readonly DemoToken[];
}

/** Rows on either side of the player's own. */
const radius = 3;

/** What is assumed until the server has told. */
const unknownBoard = { unit: "POINTS", order: "HIGHEST_FIRST", archived: false } as const satisfies Partial<BoardFacts>;

/** A player on one board: its place, whom it chases, its history, and a way to add to its score. */
export function PlayerPage({ client, keeper, demoTokens, userId, board }: PlayerPageProps) {
  const view = useBoard(client, board, { limit: 1, player: userId, radius });
  const season = view.facts?.season.number ?? null;
  const about = usePlayer(client, board, userId, season);
  const rules = about?.board;
  const target = { board, userId, operator: rules?.operator ?? "ADD" } as const;
  const presses = usePresses(client, keeper, target);
  const own = useOwnRow(view, userId, about?.player, presses.state, target.operator);
  const shownHistory = useHistory(client, board, userId, own.row?.score ?? null);
  const bestRank = useBestRank(about, own.row?.rank ?? null, season);
  const { unit, order, archived } = view.facts ?? unknownBoard;
  const ordering = { order, ties: rules?.ties ?? "SHARED" } as const;
  const leader = view.snapshot?.entries[0] ?? null;
  const last = shownHistory.history?.events.at(-1) ?? null;
  const name = nameOf(own.identity);

  useEffect(() => {
    document.title = `${name} – ${view.facts?.title ?? board} – Standings`;
  }, [name, board, view.facts?.title]);

  const add =
    rules == null ? null : (
      <section className="plate add" aria-labelledby="add-title">
        <h2 id="add-title">{target.operator === "ADD" ? "Add points" : "Send a score"}</h2>
        <AddPanel
          {...{ keeper, demoTokens, target, unit, season, presses }}
          rules={{ writers: rules.writers, archived }}
        />
      </section>
    );

  return (
    <div className="player-page" data-state={view.state.kind}>
      <PlayerHeader board={board} userId={userId} title={view.facts?.title ?? board} state={view.state} about={about} />
      {view.refused ? (
        <main className="plate notice" role="alert">
          <h1>No such board</h1>
          <p>
            There is no board called “<bdi>{board}</bdi>” here. <a href="/">Show the main board</a>
          </p>
        </main>
      ) : view.around !== null && own.row === null ? (
        <main className="player-grid">
          <Unscored identity={own.identity} title={view.facts?.title ?? board} board={board} />
          {add}
          <Seasons {...{ about, unit, bestRank, leader, last }} facts={view.facts} row={own.row} />
        </main>
      ) : (
        <main className="player-grid">
          <section className="hero-plate plate" aria-label="Now">
            <Hero own={own} unit={unit} players={view.facts?.playerCount ?? null} tied={own.tied}>
              <ShareButton {...{ own, unit, ordering, board, view }} history={shownHistory.history} />
            </Hero>
            {own.row && <ChaseStrip rows={view.around ?? []} row={own.row} unit={unit} ordering={ordering} />}
          </section>
          {add}
          <HistoryCard {...{ client, board, userId, unit, order }} {...shownHistory} about={about} facts={view.facts} />
          <Neighbours rows={view.around ?? []} own={own.row} board={board} unit={unit} />
          <Seasons {...{ about, unit, bestRank, leader, last }} facts={view.facts} row={own.row} />
        </main>
      )}
    </div>
  );
}
