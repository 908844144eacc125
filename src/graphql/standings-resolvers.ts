import type { Page, StandingsPages } from "../commands/standings-pages.js";
import type { BoardResolvers, SeasonResolvers } from "./generated.js";

/** The fields of a board and of a season that show any part of the standings. */
export function standingsResolvers(pages: StandingsPages): {
  Board: Pick<BoardResolvers, "standings" | "entries">;
  Season: Pick<SeasonResolvers, "standings" | "entry">;
} {
  return {
    Board: {
      standings: async ({ id }, input) => toConnection(await pages.ofBoard(id, input)),
      entries: ({ id }, { userIds }) => pages.entries(id, userIds),
    },
    Season: {
      standings: async (season, input, { caller }) => toConnection(await pages.ofSeason(caller, season, input)),
      entry: async (season, { userId }, { caller }) => (await pages.entryOfSeason(caller, season, userId)) ?? null,
    },
  };
}

function toConnection({ total, rows, hasPrevious, hasNext }: Page) {
  return {
    totalCount: total,
    edges: rows.map(({ cursor, entry }) => ({ cursor, node: entry })),
    pageInfo: {
      hasNextPage: hasNext,
      hasPreviousPage: hasPrevious,
      startCursor: rows.at(0)?.cursor ?? null,
      endCursor: rows.at(-1)?.cursor ?? null,
    },
  };
}
