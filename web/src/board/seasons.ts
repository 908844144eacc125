import type { ApolloClient } from "@apollo/client";
import type { Snapshot } from "../live/board-view.js";
import { EndedSeasonsDocument, FrozenSeasonDocument } from "./operations.js";

/** A season that ended. */
export interface EndedSeason {
  readonly number: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** An ended season with its standings, which never change. */
export interface FrozenSeason extends EndedSeason {
  readonly playerCount: number | null;
  readonly snapshot: Snapshot;
}

interface ListedSeason extends EndedSeason {
  readonly cursor: string;
}

/** The seasons of a board that ended, newest first: one page of at most fifty. */
export async function readEndedSeasons(client: ApolloClient, board: string): Promise<readonly EndedSeason[]> {
  return (await readPage(client, board, null)).seasons;
}

/** An ended season with its best rows; null when the board has no such season, or it still runs. */
export async function readFrozenSeason(
  client: ApolloClient,
  board: string,
  number: number,
): Promise<FrozenSeason | null> {
  const before = await cursorBefore(client, board, number);
  if (before === undefined) return null;
  const { data } = await client.query({ query: FrozenSeasonDocument, variables: { board, after: before } });
  const season = data?.board?.seasons?.edges[0]?.node;
  if (season?.number !== number || !season.standings) return null;
  const { startedAt, endedAt, playerCount, standings } = season;
  const entries = standings.edges.map(({ node }) => node);
  return { number, startedAt, endedAt, playerCount, snapshot: { season: number, revision: null, entries } };
}

/** Cursors stand for a place in the list: the cursor of the season after this one, which the list has before it. */
async function cursorBefore(client: ApolloClient, board: string, number: number): Promise<string | null | undefined> {
  let after: string | null = null;
  for (;;) {
    const { seasons, next }: SeasonPage = await readPage(client, board, after);
    const place = seasons.findIndex((season) => season.number === number);
    if (place >= 0) return place === 0 ? after : seasons[place - 1]?.cursor;
    if (next === null) return undefined;
    after = next;
  }
}

interface SeasonPage {
  readonly seasons: readonly ListedSeason[];
  readonly next: string | null;
}

async function readPage(client: ApolloClient, board: string, after: string | null): Promise<SeasonPage> {
  const { data } = await client.query({ query: EndedSeasonsDocument, variables: { board, after } });
  const page = data?.board?.seasons;
  if (!page) return { seasons: [], next: null };
  const seasons = page.edges.map(({ cursor, node }) => ({
    cursor,
    number: node.number,
    startedAt: node.startedAt,
    endedAt: node.endedAt ?? null,
  }));
  return { seasons, next: page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null };
}
