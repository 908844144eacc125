import type { StandingsClient } from "../../client/apollo.js";
import { nameOf } from "../../format/name.js";
import type { BoardView, Order, Unit } from "../../live/board-view.js";
import { mayBeOutdated } from "../../live/live-state.js";
import { useBoard } from "../../live/use-board.js";
import type { WatchOptions } from "../../live/watch-board.js";
import { useRows, type Told } from "./use-rows.js";

/** A board as its best rows are drawn. */
export interface LiveStandings extends Told {
  /** Its id. */
  readonly board: string;
  readonly view: BoardView;
  /** The board's id until the server has told its title. */
  readonly title: string;
  readonly unit: Unit;
  readonly order: Order;
  /** The rows may be out of date, and are drawn quieter. */
  readonly quiet: boolean;
  /** The names of those on the first rank. */
  readonly leaders: readonly string[];
}

/** More rows than are shown: they name who shares the last place, and whoever rises into the picture brings a past. */
const askedRows = 15;

/** The best rows of a board, as they change. */
export function useStandings(
  client: StandingsClient,
  board: string,
  own: Pick<WatchOptions, "player" | "radius"> = {},
): LiveStandings {
  const watched = useBoard(client, board, { limit: askedRows, ...own });
  // Before the facts nobody knows whether the scores are points or times, and which of them are the better ones.
  const view = watched.facts === null ? { ...watched, snapshot: null } : watched;
  const { unit = "POINTS", order = "HIGHEST_FIRST", title = board } = view.facts ?? {};
  const told = useRows(view.snapshot, order);
  const leaders = told.rows.filter(({ entry }) => entry.rank === 1).map(({ entry }) => nameOf(entry));
  return { board, view, title, unit, order, leaders, quiet: mayBeOutdated(view.state), ...told };
}
