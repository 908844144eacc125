import type { StandingsClient } from "../client/apollo.js";
import type { BoardFacts, Entry } from "./board-view.js";
import { BoardFactsDocument, WatchedBoardDocument } from "./operations.js";
import { isRefusal } from "./stream.js";

/** Until the first answer nothing can be drawn, as scores may be points or times. */
const firstRetryMs = 2_000;
/** Facts that change without a push (how many players there are) are read again so often, while somebody looks. */
const readAgainMs = 30_000;

export interface FactsListener {
  /** The rows are there with the first answer only. */
  told(facts: BoardFacts, entries: readonly Entry[] | null): void;
  /** There is no such board. */
  refused(): void;
}

export interface FactsReader {
  /** Reads again, for example because another season began. Two readings never overlap. */
  read(): void;
  stop(): void;
}

/** Reads what a board is: now, now and then, and when asked. A failed reading changes nothing; the next comes anyway. */
export function readFacts(client: StandingsClient, board: string, limit: number, listener: FactsListener): FactsReader {
  let stopped = false;
  let reading = false;
  let again = false;
  let told = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  async function ask() {
    if (told) {
      const { data } = await client.query({ query: BoardFactsDocument, variables: { board } });
      return { board: data?.board, entries: null };
    }
    const { data } = await client.query({ query: WatchedBoardDocument, variables: { board, limit } });
    return { board: data?.board, entries: data?.board?.topScores ?? null };
  }

  async function readOnce() {
    try {
      const found = await ask();
      if (stopped || found.board === undefined) return;
      if (found.board === null) return listener.refused();
      const { id, title, unit, order, archived, playerCount, season } = found.board;
      const { number, startedAt, endsAt } = season;
      told = true;
      listener.told(
        { id, title, unit, order, archived, playerCount, season: { number, startedAt, endsAt } },
        found.entries,
      );
    } catch (error) {
      // The subscriptions show what else is wrong: they use the same server.
      if (stopped) return;
      if (isRefusal(error)) listener.refused();
      else if (!told) retry = setTimeout(read, firstRetryMs);
    }
  }

  function read() {
    // What a first reading in flight will tell is new enough.
    again = reading && told;
    if (reading || stopped) return;
    reading = true;
    clearTimeout(retry);
    void readOnce().finally(() => {
      reading = false;
      if (again) read();
    });
  }

  const timer = setInterval(() => {
    if (!document.hidden) read();
  }, readAgainMs);
  read();
  return {
    read,
    stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(retry);
    },
  };
}
