import type { StandingsClient } from "../../client/apollo.js";
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
}

/** More rows than are shown: they name who shares the last place, and whoever rises into the picture brings a past. */
const askedRows = 15;

/** The best rows of a board, as they change. */
export function useStandings(
  client: StandingsClient,
  board: string,
  own: Pick<WatchOptions, "player" | "radius"> = {},
): LiveStandings {
  const view = useBoard(client, board, { limit: askedRows, ...own });
  const { unit = "POINTS", order = "HIGHEST_FIRST", title = board } = view.facts ?? {};
  return { board, view, title, unit, order, quiet: mayBeOutdated(view.state), ...useRows(view.snapshot, order) };
}
