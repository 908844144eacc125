import type { StandingsClient } from "../client/apollo.js";
import type { DemoToken } from "../client/demo-tokens.js";
import type { SessionKeeper } from "../client/session.js";
import type { BoardFacts, BoardView } from "../live/board-view.js";
import { AddPanel } from "../presses/AddPanel.js";
import type { PressTarget } from "../presses/press.js";
import type { Presses } from "../presses/use-presses.js";
import type { SeenRank } from "./best-rank.js";
import { ChaseStrip } from "./ChaseStrip.js";
import { Hero } from "./Hero.js";
import { HistoryCard } from "./HistoryCard.js";
import { Neighbours } from "./Neighbours.js";
import { Seasons } from "./Seasons.js";
import { ShareButton } from "./ShareButton.js";
import { Unscored } from "./Unscored.js";
import type { ShownHistory } from "./use-history.js";
import type { OwnRow } from "./use-own-row.js";
import type { PlayerFacts } from "./use-player.js";

interface PlayerGridProps {
  readonly client: StandingsClient;
  readonly keeper: SessionKeeper;
  readonly demoTokens: readonly DemoToken[];
  readonly view: BoardView;
  readonly facts: BoardFacts;
  readonly about: PlayerFacts | null;
  /** Who is signed in as a player. */
  readonly you: string | null;
  readonly target: PressTarget;
  readonly presses: Presses;
  readonly own: OwnRow;
  readonly shownHistory: ShownHistory;
  readonly bestRank: SeenRank | null;
}

/** The player's place, whom it chases, its history, and a way to add to its score. */
export function PlayerGrid(props: PlayerGridProps) {
  const { client, keeper, demoTokens, view, facts, about, you, target, presses, own, shownHistory, bestRank } = props;
  const { board, userId } = target;
  const { unit, order, archived } = facts;
  const rules = about?.board;
  const ordering = { order, ties: rules?.ties ?? "SHARED" } as const;
  const around = view.around ?? [];

  const add = rules != null && (
    <section className="plate add" aria-labelledby="add-title">
      <h2 id="add-title">{target.operator === "ADD" ? "Add points" : "Send a score"}</h2>
      <AddPanel
        {...{ keeper, demoTokens, target, unit, presses }}
        season={facts.season.number}
        rules={{ writers: rules.writers, archived }}
      />
    </section>
  );
  const record = (
    <Seasons
      {...{ about, facts, bestRank }}
      row={own.row}
      leader={view.snapshot?.entries[0] ?? null}
      last={shownHistory.history?.events.at(-1) ?? null}
    />
  );

  if (view.around !== null && own.row === null)
    return (
      <main className="player-grid">
        <Unscored identity={own.identity} title={facts.title} board={board} you={you} />
        {add}
        {record}
      </main>
    );
  return (
    <main className="player-grid">
      <section className="hero-plate plate" aria-label="Now">
        <Hero own={own} unit={unit} players={facts.playerCount}>
          <ShareButton {...{ own, unit, ordering, board, view }} history={shownHistory.history} />
        </Hero>
        {own.row && around.length > 0 && <ChaseStrip rows={around} row={own.row} unit={unit} ordering={ordering} />}
      </section>
      {add}
      <HistoryCard {...{ client, board, userId, about, facts }} {...shownHistory} />
      <Neighbours rows={around} own={own.row} board={board} unit={unit} />
      {record}
    </main>
  );
}
