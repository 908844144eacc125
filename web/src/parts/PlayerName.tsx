import { nameOf } from "../format/name.js";
import type { Entry } from "../live/board-view.js";
import "./player-name.css";

interface PlayerNameProps {
  readonly entry: Pick<Entry, "userId" | "player">;
}

/**
 * A player's name on one line, cut with dots where the room ends; the document keeps all of it. `<bdi>` stops
 * right-to-left text and direction marks from reordering what stands beside it. The tooltip tells players of the same
 * name apart.
 */
export function PlayerName({ entry }: PlayerNameProps) {
  const name = nameOf(entry);
  return (
    <bdi className="player-name" title={name === entry.userId ? name : `${name} (${entry.userId})`}>
      {name}
    </bdi>
  );
}
