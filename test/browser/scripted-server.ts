import { fileURLToPath } from "node:url";
import Fastify from "fastify";
import type { Page, WebSocketRoute } from "playwright-core";
import { registerPages, type PagesOptions } from "../../src/transports/pages/routes.js";
import { TrustedProxies } from "../../src/transports/network/trusted-proxies.js";

export const builtPages = fileURLToPath(new URL("../../dist/web", import.meta.url));

export type Entry = readonly [rank: number, userId: string, score: number];

/** The pages of a service that has every board, and no row of any. */
export const pagesAlone: PagesOptions = {
  root: builtPages,
  playground: true,
  content: {
    board: (id) => Promise.resolve(emptyBoard(id)),
    player: (id, userId) =>
      Promise.resolve(userId === "" ? undefined : { board: emptyBoard(id), userId, name: userId }),
  },
  origins: { embedders: [], avatars: [] },
  proxies: new TrustedProxies(undefined),
  limit: () => Promise.resolve(),
  demoTokens: undefined,
};

function emptyBoard(id: string) {
  return { id, title: id, unit: "POINTS" as const, rows: undefined };
}

/** Serves the pages without the service behind them, for tests that play the service themselves. */
export async function servePages(options = pagesAlone): Promise<{ url: string; stop(): Promise<void> }> {
  const server = Fastify({ forceCloseConnections: true });
  registerPages(server, options);
  const url = await server.listen({ port: 0, host: "127.0.0.1" });
  return { url, stop: () => server.close() };
}

/** The page's subscription to a board's rows. */
export interface Subscription {
  /** @param name of all players; null: their ids are shown */
  snapshot(revision: number, entries: readonly Entry[], name?: string): void;
  /** Refuses the operation, as the server does for an unknown board or while it recovers. */
  fail(code: string): void;
  complete(): void;
  /** Closes its connection. */
  drop(closeCode: number): Promise<void>;
  /** The connection answers nothing any more, pings included. */
  freeze(): void;
  /** Sends a status of the board on the same connection. */
  status(state: FeedState, asOf?: Date): void;
}

export type FeedState = "LIVE" | "STALE" | "RECOVERING";

/**
 * Plays the server's side of the page's sockets, so that a test decides every message and their order. Each connection
 * says at first that the board is live, and answers pings. The page's query over HTTP gets the board with the rows of
 * `queried` once these are there, or without rows.
 */
export async function scriptServer(page: Page, queried?: Promise<readonly Entry[]>) {
  const arrived: Subscription[] = [];
  let wake = () => {};
  await page.routeWebSocket("**/graphql", (socket) => {
    const connection = new ScriptedConnection(socket);
    socket.onMessage((text) => {
      const message = JSON.parse(String(text)) as Message;
      if (message.type === "connection_init") connection.send({ type: "connection_ack" });
      if (message.type === "ping") connection.send({ type: "pong" });
      if (message.type !== "subscribe") return;
      if (message.payload?.query.includes("topScoresUpdated")) {
        arrived.push(connection.subscription(message.id));
        wake();
      } else if (message.payload?.query.includes("boardStatus")) connection.watchStatus(message.id);
    });
  });
  await page.route("**/graphql", async (route) => {
    const entries = await queried;
    await route.fulfill({
      json: { data: { board: { ...boardFacts, topScores: entries ? entriesOf(entries) : null } } },
    });
  });
  return {
    /** Waits for the page's next subscription to a board's rows. */
    async nextSubscription(): Promise<Subscription> {
      for (;;) {
        const subscription = arrived.shift();
        if (subscription) return subscription;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

interface Message {
  readonly type: string;
  readonly id: string;
  readonly payload?: { readonly query: string };
}

class ScriptedConnection {
  #statusId: string | undefined;
  #frozen = false;

  constructor(private readonly socket: WebSocketRoute) {}

  send(message: object): void {
    if (!this.#frozen) this.socket.send(JSON.stringify(message));
  }

  watchStatus(id: string): void {
    this.#statusId = id;
    this.#status("LIVE", new Date());
  }

  subscription(id: string): Subscription {
    const next = (topScoresUpdated: object) => this.send({ id, type: "next", payload: { data: { topScoresUpdated } } });
    return {
      snapshot: (revision, entries, name) => next({ season: 1, revision, topScores: entriesOf(entries, name) }),
      fail: (code) => this.send({ id, type: "error", payload: [{ message: "Refused.", extensions: { code } }] }),
      complete: () => this.send({ id, type: "complete" }),
      drop: (code) => this.socket.close({ code }),
      freeze: () => (this.#frozen = true),
      status: (state, asOf = new Date()) => this.#status(state, asOf),
    };
  }

  #status(state: FeedState, asOf: Date): void {
    const boardStatus = { state, asOf, viewers: 1, changesPerSecond: 0 };
    if (this.#statusId !== undefined)
      this.send({ id: this.#statusId, type: "next", payload: { data: { boardStatus } } });
  }
}

const boardFacts = {
  id: "main",
  title: "Main",
  unit: "POINTS",
  order: "HIGHEST_FIRST",
  archived: false,
  playerCount: 3,
  season: { number: 1, startedAt: "2026-01-01T00:00:00.000Z", endsAt: null },
};

function entriesOf(entries: readonly Entry[], displayName: string | null = null) {
  const player = { displayName, avatarUrl: null, country: null };
  return entries.map(([rank, userId, score]) => ({ rank, userId, score, player }));
}
