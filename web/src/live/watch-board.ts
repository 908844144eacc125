import type { StandingsClient } from "../client/apollo.js";
import type { ConnectionEvent } from "../client/connection.js";
import { readFacts } from "./board-facts.js";
import type { BoardView } from "./board-view.js";
import { knowsNothing, liveStateOf, nextKnowledge, statusLastsMs, type LiveEvent } from "./live-machine.js";
import { oncePerFrame } from "./once-per-frame.js";
import { BoardStatusDocument, ScoresAroundUpdatedDocument, TopScoresUpdatedDocument } from "./operations.js";
import { createStream, type Stream } from "./stream.js";

export interface WatchOptions {
  /** How many of the best rows, 1 to 100. */
  readonly limit: number;
  /** Also watches this player's row. */
  readonly player?: string | undefined;
  /** And so many rows on either side of it, 0 to 50. Default: 0. */
  readonly radius?: number | undefined;
}

export const emptyView: BoardView = {
  state: { kind: "connecting" },
  facts: null,
  snapshot: null,
  around: null,
  aroundRevision: null,
  viewers: null,
  changesPerSecond: null,
  refused: false,
};

/**
 * Shows what is known of a board, at most once per frame and not while the page is hidden, until the caller calls the
 * returned function. A snapshot never replaces a newer one: after a reconnect to another process the first message may
 * be a little older than what is on the page. Stops by itself only when the server refuses the board.
 */
export function watchBoard(
  client: StandingsClient,
  board: string,
  { limit, player, radius = 0 }: WatchOptions,
  show: (view: BoardView) => void,
): () => void {
  const { connection } = client;
  let view = emptyView;
  let aroundRevision = -1;
  let newestSeason = Infinity;
  let known = { ...knowsNothing, online: navigator.onLine };
  let statusTimer: ReturnType<typeof setTimeout> | undefined;
  const frame = oncePerFrame(() => show({ ...view, state: liveStateOf(known, Date.now()) }));

  function learn(event: LiveEvent) {
    const next = nextKnowledge(known, event);
    if (next !== known) frame.ask();
    known = next;
  }

  function change(changes: Partial<BoardView>) {
    view = { ...view, ...changes };
    frame.ask();
  }

  function refused() {
    stop();
    show({ ...view, refused: true });
  }

  const facts = readFacts(client, board, limit, {
    told: (told, entries) => {
      change({ facts: told });
      if (entries === null || view.snapshot !== null) return;
      change({ snapshot: { season: told.season.number, revision: null, entries } });
      learn({ type: "queried", at: Date.now() });
    },
    refused,
  });

  const rows = createStream(client, {
    query: TopScoresUpdatedDocument,
    variables: { board, limit },
    next: ({ topScoresUpdated: { season, revision, topScores } }) => {
      if (isNotOlder(revision, view.snapshot?.revision)) change({ snapshot: { season, revision, entries: topScores } });
      // The server is up: if the first reading failed, this one will not.
      if (season > newestSeason || (!known.rowsFlow && view.facts === null)) facts.read();
      newestSeason = season;
      learn({ type: "rows", at: Date.now() });
    },
    ended: (retryAt) => learn({ type: "rowsEnded", retryAt }),
    refused,
  });

  const status = createStream(client, {
    query: BoardStatusDocument,
    variables: { board },
    next: ({ boardStatus: { state, asOf, viewers, changesPerSecond } }) => {
      clearTimeout(statusTimer);
      statusTimer = setTimeout(() => frame.ask(), statusLastsMs + 1);
      learn({ type: "status", at: Date.now(), state, serverAsOf: Date.parse(asOf) });
      change({ viewers, changesPerSecond });
    },
    ended: () => learn({ type: "statusEnded" }),
    refused,
  });

  const streams: Stream[] = [rows, status];
  if (player !== undefined)
    streams.push(
      createStream(client, {
        query: ScoresAroundUpdatedDocument,
        variables: { board, player, radius },
        next: ({ scoresAroundUpdated: { revision, scoresAround } }) => {
          if (revision < aroundRevision) return;
          aroundRevision = revision;
          change({ around: scoresAround, aroundRevision: revision });
        },
        ended: () => undefined,
        // The player's id is wrong, not the board's.
        refused: () => change({ around: [] }),
      }),
    );

  function follow(event: ConnectionEvent) {
    if (event.type !== "retry") return learn(event);
    for (const stream of streams) stream.start();
  }

  const unwatch = connection.watch(follow);
  if (connection.retryAt === null) for (const stream of streams) stream.start();
  else learn({ type: "lost", retryAt: connection.retryAt });

  function stop() {
    unwatch();
    for (const stream of streams) stream.stop();
    facts.stop();
    clearTimeout(statusTimer);
    frame.cancel();
  }
  return stop;
}

/** The same revision comes again when a player that it shows has another name. */
function isNotOlder(revision: number, shown: number | null | undefined): boolean {
  return shown == null || revision >= shown;
}
