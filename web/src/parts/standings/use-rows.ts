import { useEffect, useLayoutEffect, useReducer } from "react";
import type { Order, Snapshot } from "../../live/board-view.js";
import { rowsAt, type Row } from "./rows.js";
import { agedStory, nextStory, type Story } from "./story.js";

/** Movement and the last minute's line move on with time, even when no score changes. */
const tickMs = 1_000;

export interface Told {
  readonly story: Story | null;
  readonly rows: readonly Row[];
}

interface Moment {
  readonly snapshot: Snapshot | null;
  readonly order: Order;
  readonly now: number;
}

/** The rows to draw, and the story so far. Does nothing while the page is hidden. */
export function useRows(snapshot: Snapshot | null, order: Order): Told {
  const [told, tell] = useReducer(nextTold, { story: null, rows: [] });
  useLayoutEffect(() => tell({ snapshot, order, now: Date.now() }), [snapshot, order]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) tell({ snapshot: null, order, now: Date.now() });
    }, tickMs);
    return () => clearInterval(timer);
  }, [order]);
  return told;
}

function nextTold(told: Told, { snapshot, order, now }: Moment): Told {
  const next = snapshot === null ? told.story : nextStory(told.story, snapshot, now);
  if (next === null) return told;
  const story = agedStory(next, now);
  const rows = rowsAt(story, now, order, told.rows);
  return story === told.story && rows === told.rows ? told : { story, rows };
}
