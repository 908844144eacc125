import { boardPath, playerPath } from "../format/paths.js";
import type { LiveState } from "../live/live-state.js";
import { StateLine } from "../parts/StateLine.js";
import type { RankedBoard } from "./use-player-boards.js";

interface PlayerHeaderProps {
  readonly board: string;
  readonly userId: string;
  readonly title: string;
  readonly state: LiveState;
  readonly boards: readonly RankedBoard[];
  /** The live rank on `board`; null while there is none. */
  readonly rank: number | null;
  /** Who is signed in as a player. */
  readonly you: string | null;
}

/** Where one is, how current it is, and the player's rank on each board. */
export function PlayerHeader({ board, userId, title, state, boards, rank, you }: PlayerHeaderProps) {
  return (
    <header className="player-header">
      <a className="brand" href={boardPath(board, you)}>
        Standings
        <span className="brand-board">
          <bdi>{title}</bdi>
        </span>
      </a>
      <StateLine state={state} />
      {boards.length > 1 && (
        <nav className="boards" aria-label="Boards">
          {boards.map((each) => (
            <a key={each.id} href={playerPath(userId, each.id)} aria-current={each.id === board ? "page" : undefined}>
              <bdi>{each.title}</bdi>
              <span className="boards-rank">{rankText(each.id === board ? rank : each.rank)}</span>
            </a>
          ))}
        </nav>
      )}
    </header>
  );
}

function rankText(rank: number | null): string {
  return rank === null ? "–" : `#${rank.toLocaleString()}`;
}
