import type { CSSProperties } from "react";
import { hueOf } from "../format/hue.js";
import { nameOf } from "../format/name.js";
import type { Entry } from "../live/board-view.js";
import { Avatar } from "../parts/Avatar.js";
import { boardPath } from "../format/paths.js";

interface UnscoredProps {
  readonly identity: Pick<Entry, "userId" | "player">;
  readonly title: string;
  readonly board: string;
  /** Who is signed in as a player. */
  readonly you: string | null;
}

/** For a player who has no score on this board yet. */
export function Unscored({ identity, title, board, you }: UnscoredProps) {
  return (
    <section className="plate unscored" style={{ "--hue": hueOf(identity.userId) } as CSSProperties}>
      <Avatar entry={identity} />
      <h1>
        <bdi>{nameOf(identity)}</bdi>
      </h1>
      <p className="unscored-words">
        No score on <bdi>{title}</bdi> yet. The first one puts this player on the board, and shows here at once.
      </p>
      <p>
        <a href={boardPath(board, you)}>
          See who leads <bdi>{title}</bdi>
        </a>
      </p>
    </section>
  );
}
