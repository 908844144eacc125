import { useEffect, useState } from "react";
import type { StandingsClient } from "../client/apollo.js";
import type { BoardView } from "./board-view.js";
import { emptyView, watchBoard, type WatchOptions } from "./watch-board.js";

/**
 * All that is known of a board, as it changes. Costs two subscriptions on the page's one socket, and one more with
 * `player`; another board, limit or player begins anew.
 */
export function useBoard(client: StandingsClient, board: string, { limit, player, radius }: WatchOptions): BoardView {
  const watched = JSON.stringify([board, limit, player, radius]);
  const [shown, setShown] = useState({ watched, view: emptyView });
  useEffect(
    () => watchBoard(client, board, { limit, player, radius }, (view) => setShown({ watched, view })),
    [client, board, limit, player, radius, watched],
  );
  // Never another board's rows under this board's name, not even for one frame.
  return shown.watched === watched ? shown.view : emptyView;
}
