import type { Page, WebSocketRoute } from "playwright-core";

export interface PlayedEntry {
  readonly rank: number;
  readonly userId: string;
  readonly score: number;
  readonly player: { displayName: string | null; avatarUrl: string | null; country: string | null };
}

export interface PlayedFacts {
  readonly title: string;
  readonly unit: "POINTS" | "MILLISECONDS";
  readonly order: "HIGHEST_FIRST" | "LOWEST_FIRST";
  readonly archived: boolean;
  readonly playerCount: number;
  readonly season: { readonly number: number; readonly startedAt: string; readonly endsAt: string | null };
}

export interface PlayedSeason {
  readonly number: number;
  readonly entries: readonly PlayedEntry[];
}

interface Played {
  readonly facts?: Partial<PlayedFacts>;
  readonly seasons?: readonly PlayedSeason[];
}

/** A row as the server sends it; a name and a country where they are given. */
export function entry(rank: number, userId: string, score: number, name?: string, country?: string): PlayedEntry {
  return {
    rank,
    userId,
    score,
    player: { displayName: name ?? null, avatarUrl: null, country: country ?? null },
  };
}

/**
 * Plays the server of one board with all its operations, so that a test decides what a page shows without a store. Every
 * connection gets the newest rows at once, as the service does.
 */
export async function playBoard(page: Page, { facts = {}, seasons = [] }: Played = {}) {
  const told: PlayedFacts = {
    title: "Main",
    unit: "POINTS",
    order: "HIGHEST_FIRST",
    archived: false,
    playerCount: 1284,
    season: { number: 1, startedAt: "2026-01-01T00:00:00.000Z", endsAt: null },
    ...facts,
  };
  const watchers = new Map<string, { socket: WebSocketRoute; id: string; query: string }>();
  let revision = 0;
  let [rows, around]: (readonly PlayedEntry[] | null)[] = [null, null];

  const push = (socket: WebSocketRoute, id: string, data: object) =>
    socket.send(JSON.stringify({ id, type: "next", payload: { data } }));
  const tell = ({ socket, id, query }: { socket: WebSocketRoute; id: string; query: string }) => {
    if (query.includes("topScoresUpdated") && rows)
      push(socket, id, { topScoresUpdated: { season: told.season.number, revision, topScores: rows } });
    if (query.includes("scoresAroundUpdated") && around)
      push(socket, id, { scoresAroundUpdated: { revision, scoresAround: around } });
  };

  await page.routeWebSocket("**/graphql", (socket) => {
    socket.onMessage((text) => {
      const { type, id, payload } = JSON.parse(String(text)) as {
        type: string;
        id: string;
        payload?: { query: string };
      };
      if (type === "connection_init") socket.send(JSON.stringify({ type: "connection_ack" }));
      if (type === "ping") socket.send(JSON.stringify({ type: "pong" }));
      if (type === "complete") watchers.delete(id);
      if (type !== "subscribe" || !payload) return;
      const watcher = { socket, id, query: payload.query };
      watchers.set(id, watcher);
      tell(watcher);
      if (payload.query.includes("boardStatus")) {
        const status = { state: "LIVE", asOf: new Date().toISOString(), viewers: 212, changesPerSecond: 6.4 };
        push(socket, id, { boardStatus: status });
      }
    });
  });
  await page.route("**/graphql", async (route) => {
    const { query, variables } = route.request().postDataJSON() as { query: string; variables: { after?: string } };
    const board = query.includes("seasons(") ? { seasons: seasonsAfter(seasons, variables.after, query) } : undefined;
    await route.fulfill({ json: { data: { board: board ?? { id: "main", ...told, topScores: rows ?? [] } } } });
  });

  return {
    /** Pushes rows to all that watch, with the next revision. */
    show(next: readonly PlayedEntry[], nextAround = around) {
      revision += 1;
      [rows, around] = [next, nextAround];
      for (const watcher of watchers.values()) tell(watcher);
      return revision;
    },
  };
}

function seasonsAfter(seasons: readonly PlayedSeason[], after: string | undefined, query: string) {
  const from = after == null ? 0 : seasons.findIndex(({ number }) => String(number) === after) + 1;
  const nodes = seasons.slice(from, query.includes("first: 1,") ? from + 1 : undefined);
  return {
    edges: nodes.map(({ number, entries }) => ({
      cursor: String(number),
      node: {
        number,
        startedAt: `2026-0${number}-01T00:00:00.000Z`,
        endedAt: `2026-0${number + 1}-01T00:00:00.000Z`,
        playerCount: entries.length,
        standings: { edges: entries.map((node) => ({ node })) },
      },
    })),
    pageInfo: { hasNextPage: false, endCursor: null },
  };
}
