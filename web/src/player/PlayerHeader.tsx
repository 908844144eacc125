import type { LiveState } from "../live/live-state.js";
import { StateLine } from "../parts/StateLine.js";
import { boardPath, playerPath } from "../format/paths.js";
import type { PlayerFacts } from "./use-player.js";

interface PlayerHeaderProps {
  readonly board: string;
  readonly userId: string;
  readonly title: string;
  readonly state: LiveState;
  readonly about: PlayerFacts | null;
}

/** Where one is, how current it is, and the player's rank on the other boards. */
export function PlayerHeader({ board, userId, title, state, about }: PlayerHeaderProps) {
  const boards = about?.boards.edges.map(({ node }) => node) ?? [];
  return (
    <header className="player-header">
      <a className="brand" href={boardPath(board)}>
        Standings
        <span className="brand-board">
          <bdi>{title}</bdi>
        </span>
      </a>
      <StateLine state={state} />
      {boards.length > 1 && (
        <nav className="boards" aria-label="Boards">
          {boards.map(({ id, title: name, entry }) => (
            <a key={id} href={playerPath(userId, id)} aria-current={id === board ? "page" : undefined}>
              <bdi>{name}</bdi>
              <span className="boards-rank">{entry ? `#${entry.rank.toLocaleString()}` : "–"}</span>
            </a>
          ))}
        </nav>
      )}
    </header>
  );
}
