import type { LiveState } from "./live-state.js";

/** What a page has learnt about how current its rows are. Moments are milliseconds since the Unix epoch. */
export interface Knowledge {
  /** When the rows on the page were last known to be the newest; null while there are none. */
  readonly confirmedAt: number | null;
  /** Whether this connection has sent rows, and still would. */
  readonly rowsFlow: boolean;
  /** What this connection last said of the board. */
  readonly status: Status | null;
  /** The smallest difference seen between a status' arrival and its own time: the clocks' difference, and the way. */
  readonly clockAhead: number;
  /** The server has not answered for a moment. */
  readonly silent: boolean;
  /** The last attempt that was planned; null until the first loss. */
  readonly retryAt: number | null;
  readonly online: boolean;
  /** The browser has no network, and without it there is no way to the server. */
  readonly unreachable: boolean;
}

interface Status {
  readonly state: FeedState;
  readonly arrivedAt: number;
  /** By this browser's clock. */
  readonly asOf: number;
}

export type FeedState = "LIVE" | "STALE" | "RECOVERING";

export type LiveEvent =
  /** The first answer, over HTTP: rows to show, but no promise that more follow. */
  | { readonly type: "queried"; readonly at: number }
  | { readonly type: "rows"; readonly at: number }
  | { readonly type: "status"; readonly at: number; readonly state: FeedState; readonly serverAsOf: number }
  | { readonly type: "rowsEnded" | "lost"; readonly retryAt: number }
  | { readonly type: "statusEnded" | "silent" | "heard" | "online" | "offline" | "unreachable" };

export const knowsNothing: Knowledge = {
  confirmedAt: null,
  rowsFlow: false,
  status: null,
  clockAhead: Infinity,
  silent: false,
  retryAt: null,
  online: true,
  unreachable: false,
};

/** A server says a status every 5 s. After this time without one, nobody knows whether it still looks at its store. */
export const statusLastsMs = 8_000;

const unconnected = { rowsFlow: false, status: null, clockAhead: Infinity, silent: false, unreachable: false };

/** The knowledge after an event; the same object where the event changes nothing. */
export function nextKnowledge(known: Knowledge, event: LiveEvent): Knowledge {
  switch (event.type) {
    case "queried":
      return known.confirmedAt === null ? { ...known, confirmedAt: event.at } : known;
    case "rows":
      return { ...known, confirmedAt: event.at, rowsFlow: true };
    case "status":
      return withStatus(known, event);
    case "rowsEnded":
      return { ...known, rowsFlow: false, retryAt: event.retryAt };
    case "statusEnded":
      return known.status === null ? known : { ...known, status: null };
    case "lost":
      return { ...known, ...unconnected, retryAt: event.retryAt };
    case "silent":
    case "heard": {
      const silent = event.type === "silent";
      return known.silent === silent ? known : { ...known, silent };
    }
    case "online":
    case "offline":
      return { ...known, online: event.type === "online", unreachable: false };
    case "unreachable":
      return { ...known, unreachable: true };
  }
}

function withStatus(
  known: Knowledge,
  { at, state, serverAsOf }: { readonly at: number; readonly state: FeedState; readonly serverAsOf: number },
): Knowledge {
  const isLive = state === "LIVE";
  // A live status was true a moment before it arrived. The one that took the shortest way tells the clocks apart.
  const clockAhead = isLive ? Math.min(known.clockAhead, at - serverAsOf) : known.clockAhead;
  const asOf = Math.min(at, serverAsOf + (Number.isFinite(clockAhead) ? clockAhead : 0));
  return {
    ...known,
    clockAhead,
    status: { state, arrivedAt: at, asOf },
    confirmedAt: known.confirmedAt !== null && known.rowsFlow && isLive ? at : known.confirmedAt,
  };
}

/** What the page may say at the moment `now`. */
export function liveStateOf(known: Knowledge, now: number): LiveState {
  const { confirmedAt, status, retryAt } = known;
  const lost = status === null && retryAt !== null;
  if (known.unreachable || (!known.online && (lost || known.silent))) return { kind: "offline", asOf: confirmedAt };
  if (status === null) {
    return retryAt === null ? { kind: "connecting" } : { kind: "reconnecting", asOf: confirmedAt, retryAt };
  }
  if (status.state !== "LIVE") {
    const asOf = Math.max(status.asOf, confirmedAt ?? 0);
    return { kind: status.state === "STALE" ? "paused" : "recovering", asOf };
  }
  if (known.silent || now - status.arrivedAt > statusLastsMs) return { kind: "paused", asOf: confirmedAt };
  if (known.rowsFlow && confirmedAt !== null) return { kind: "live", at: confirmedAt };
  return retryAt === null ? { kind: "connecting" } : { kind: "reconnecting", asOf: confirmedAt, retryAt };
}
