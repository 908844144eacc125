import { useCallback, useMemo, useState, type CSSProperties } from "react";
import type { StandingsClient } from "../client/apollo.js";
import { useDrift } from "./drift.js";
import { useBoards } from "./use-boards.js";
import { useIdle } from "./use-idle.js";
import { useRotation } from "./use-rotation.js";
import { useWakeLock } from "./use-wake-lock.js";
import { readWallRoute } from "./wall-route.js";
import { WallBoard } from "./WallBoard.js";
import "./wall.css";

interface WallPageProps {
  readonly client: StandingsClient;
  readonly board: string;
  readonly player: string | null;
  readonly leave: () => void;
}

/** Boards for a screen that nobody operates: as large as it is, in turn, and kind to its pixels. */
export function WallPage({ client, board, player, leave }: WallPageProps) {
  const route = useMemo(() => readWallRoute(window.location, board), [board]);
  const [unknown, setUnknown] = useState<readonly string[]>([]);
  const refused = useCallback((id: string) => setUnknown((known) => [...known, id]), []);
  const all = useBoards(client, route.boards, board);
  const known = all.filter((id) => !unknown.includes(id));
  // Where all are unknown, the page says so of one.
  const boards = known.length > 0 ? known : all.slice(0, 1);
  const slides = useRotation(boards, route.everyMs);
  const shown = slides.find(({ phase }) => phase === "shown")?.board;
  const drift = useDrift();
  const idle = useIdle();
  useWakeLock();

  return (
    <main
      className="wall"
      data-idle={idle || undefined}
      data-swapped={drift.swapped || undefined}
      style={{ "--drift-x": drift.x, "--drift-y": drift.y } as CSSProperties}
    >
      {slides.map((slide) => (
        <WallBoard key={slide.board} client={client} player={player} refused={refused} {...slide} />
      ))}
      {boards.length > 1 && (
        <p className="wall-turns" aria-hidden="true">
          {boards.map((id) => (
            <span key={id} data-current={id === shown || undefined} />
          ))}
        </p>
      )}
      <button type="button" className="wall-leave" onClick={leave}>
        Leave the wall view <kbd>F</kbd>
      </button>
    </main>
  );
}
