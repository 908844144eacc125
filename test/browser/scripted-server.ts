import { fileURLToPath } from "node:url";
import Fastify from "fastify";
import type { Page, WebSocketRoute } from "playwright-core";
import { registerPages } from "../../src/transports/pages/routes.js";
import { TrustedProxies } from "../../src/transports/network/trusted-proxies.js";

export const builtPages = fileURLToPath(new URL("../../dist/web", import.meta.url));

export type Entry = readonly [rank: number, userId: string, score: number];

/** Serves the pages without the service behind them, for tests that play the service themselves. */
export async function servePages(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = Fastify({ forceCloseConnections: true });
  registerPages(server, { root: builtPages, playground: true, proxies: new TrustedProxies(undefined) });
  const url = await server.listen({ port: 0, host: "127.0.0.1" });
  return { url, stop: () => server.close() };
}

/** One connection of the page, after its subscription. */
export interface Subscription {
  snapshot(revision: number, entries: readonly Entry[]): void;
  /** Refuses the operation, as the server does for an unknown board or while it recovers. */
  fail(code: string): void;
  complete(): void;
  drop(closeCode: number): Promise<void>;
}

/**
 * Plays the server's side of the page's sockets, so that a test decides every message and their order. The page's query
 * over HTTP gets `queried` as its answer once that is there, or no answer at all.
 */
export async function scriptServer(page: Page, queried?: Promise<readonly Entry[]>) {
  const arrived: Subscription[] = [];
  let wake = () => {};
  await page.routeWebSocket("**/graphql", (socket) => {
    socket.onMessage((text) => {
      const message = JSON.parse(String(text)) as { type: string; id: string };
      if (message.type === "connection_init") socket.send(JSON.stringify({ type: "connection_ack" }));
      if (message.type === "subscribe") {
        arrived.push(subscriptionOn(socket, message.id));
        wake();
      }
    });
  });
  await page.route("**/graphql", async (route) => {
    if (queried) await route.fulfill({ json: { data: { topScores: entriesOf(await queried) } } });
  });
  return {
    /** Waits for the page's next subscription. */
    async nextSubscription(): Promise<Subscription> {
      for (;;) {
        const subscription = arrived.shift();
        if (subscription) return subscription;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function subscriptionOn(socket: WebSocketRoute, id: string): Subscription {
  const send = (message: object) => socket.send(JSON.stringify({ id, ...message }));
  return {
    snapshot: (revision, entries) =>
      send({ type: "next", payload: { data: { topScoresUpdated: { revision, topScores: entriesOf(entries) } } } }),
    fail: (code) => send({ type: "error", payload: [{ message: "Refused.", extensions: { code } }] }),
    complete: () => send({ type: "complete" }),
    drop: (code) => socket.close({ code }),
  };
}

function entriesOf(entries: readonly Entry[]) {
  return entries.map(([rank, userId, score]) => ({ rank, userId, score }));
}
